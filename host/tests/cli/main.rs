//! The program as its user meets it: commands, messages, exit codes, and the files and pages that describe them.

mod cache;
mod check;
mod config_types;
mod configs;
#[cfg(unix)]
mod docs;
mod foreign_files;
#[cfg(unix)]
mod hostile_texts;
mod incompatible_plugins;
mod init;
mod list;
mod mistakes;
mod no_code_runs;
mod output;
mod output_file;
mod patched;
mod pin;
#[cfg(unix)]
mod pinned_plugins;
#[cfg(unix)]
mod pinned_programs;
mod plan;
mod plugin_commands;
#[cfg(target_os = "linux")]
mod plugin_copies;
#[cfg(unix)]
mod plugin_folders;
mod plugin_new;
mod plugin_test;
mod plugin_test_places;
#[cfg(unix)]
mod plugin_test_programs;
#[cfg(target_os = "linux")]
mod program_environment;
mod same_name;
mod schema;
mod source_mistakes;
mod strange_configs;
mod unusable_plugins;
mod usage;
