//! Runs a program in any language that does the work of a plugin.
//!
//! The three plugins named `exec` start the program of their config and exchange JSON Lines with it over its standard
//! input and output. `docs/exec-plugins.md` specifies the protocol for authors of such programs. This crate implements
//! the side of the host, which is the same for all kinds: [`LaunchOptions`] are the shared config keys, [`Connection`]
//! talks to one running program, and [`ProgramPool`] distributes questions to several.
//!
//! All methods of [`Connection`] block with a deadline. Separate threads read and write, so a program that hangs, floods
//! its output or crashes causes an error and no other harm.
//!
//! During `--record`, the host receives all lines. During `--replay`, no program starts, and the host answers the lines.
#![forbid(unsafe_code)]

mod connection;
mod excerpt;
mod launch;
mod launch_options;
mod lines;
mod link;
mod pipes;
mod program_error;
mod program_pool;
mod protocol;
mod recorder;
mod replayed_program;
mod replayed_questions;
mod stderr;
mod steps;
mod wait;

pub use connection::Connection;
pub use launch::{Launch, Timeouts};
pub use launch_options::LaunchOptions;
pub use lines::{InvalidLine, read_line};
pub use program_pool::ProgramPool;
pub use protocol::{Done, Line, Message, Ready, Reply, parse, unexpected_message};
pub use steps::Interrupt;
