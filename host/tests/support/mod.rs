//! What the suites share: a sandbox that runs the real binary with real plugins, its config, and its rows.
//!
//! A suite includes it with `#[path = "../support/mod.rs"] mod support;`.

#![allow(dead_code, unused_imports, reason = "no suite uses all of it")]

mod config;
mod output;
mod process;
mod rows;
mod sandbox;

pub(crate) use config::{CONFIG, GEMINI_KEY, OPENAI_KEY};
pub(crate) use output::{answered, assert_output, fields, read_jsonl};
pub(crate) use process::{Ended, Running};
pub(crate) use rows::{Rows, numbers_of, topic};
pub(crate) use sandbox::Sandbox;
