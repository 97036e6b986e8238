//! The command line: one file per command.

mod args;
mod cache;
mod check;
mod completions;
mod context;
mod init;
mod kept_sizes;
mod list;
mod logging;
mod online_details;
mod outcome;
mod output_format;
mod plan;
mod plugin;
mod print_error;
mod process_limits;
mod program;
mod record_replay;
mod run;
mod schema;
mod signals;

pub use args::{Cli, Command};
pub use program::main;

use context::Context;
