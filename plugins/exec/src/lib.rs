//! A program of any language that does the work of a plugin.
//!
//! The three plugins named `exec` start a program that the config names, and talk to it in JSON Lines over its standard
//! input and output. `docs/exec-plugins.md` describes the conversation for those who write such programs; this crate
//! holds the side of the host that is the same for all kinds: [`Launch`] says what to start, [`Connection`] is a
//! conversation under way, and [`Programs`] spreads questions over several of them.
//!
//! Everything in [`Connection`] blocks, with a deadline each, and threads of its own do the reading and writing, so that
//! a program that hangs, floods or dies costs an error and nothing else.
#![forbid(unsafe_code)]

mod connection;
mod failure;
mod launch;
mod lines;
mod pipes;
mod programs;
mod stderr;
mod wire;

pub use connection::{Connection, Interrupt};
pub use launch::{Launch, Limits};
pub use programs::Programs;
pub use wire::{Done, Message, Ready, Reply, out_of_turn};
