//! The program as a person meets it: every command, every message, every exit code.

mod cache;
mod check;
mod config_text;
mod foreign_files;
mod golden;
mod incompatible_plugins;
mod init;
mod list;
mod mistakes;
mod no_code_runs;
mod output;
mod patched;
mod pin;
mod plan;
mod plugin_commands;
mod plugin_test;
mod same_name;
mod sandbox;
mod schema;
mod source_mistakes;
mod unusable_plugins;
mod usage;
