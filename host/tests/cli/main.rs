//! The program as a person meets it: every command, every message, every exit code.

mod cache;
mod check;
mod config_text;
mod golden;
mod init;
mod list;
mod mistakes;
mod output;
mod plan;
mod plugin_commands;
mod plugin_test;
mod sandbox;
mod schema;
mod source_mistakes;
mod unusable_plugins;
mod usage;
