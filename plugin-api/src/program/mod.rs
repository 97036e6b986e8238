//! Plugins that start programs: their settings, and the recording of the lines that they exchange with a program.
//!
//! [`CommandLine`] and [`Environment`] mark settings in the schema, so that a host knows the files of a program without
//! running code of the plugin. `rowsmith plugin pin` pins these files.
//!
//! A plugin with the capability [`Record`](crate::manifest::Capability::Record) sends the lines to the host during `--record`, and receives them from the host
//! instead of starting the program during `--replay`: see [`LineRecording`].

mod lines;
mod settings;

pub use lines::{ExchangeEnd, LineRecording, ProgramEvent, RecordedLines, ReplayRequest, ReplayedLines};
pub use settings::{COMMAND, CommandLine, ENVIRONMENT_VARIABLE, Environment, WORKING_DIRECTORY};
