//! Rowsmith adds LLM-made columns to rows.
//!
//! A config names four kinds of plugins: where rows come from, where answers are kept, who answers and
//! where rows go. The host finds and opens them ([`plugin`]), reads the config ([`config`]), runs the
//! pipeline ([`pipeline`]) within its limits ([`limit`]) and reports the result ([`report`]).

mod abort;
pub mod builtin;
pub mod cli;
pub mod config;
pub mod diagnostic;
pub mod document;
pub mod exit_code;
pub mod files;
mod hex;
pub mod limit;
pub mod pipeline;
pub mod plugin;
pub mod printer;
pub mod redact;
pub mod report;
pub mod rules;
pub mod settings;
pub mod startup;
