//! `rowsmith plugin`: lists, creates, tests and pins plugins.

pub(super) mod args;
mod command;
mod found_plugins;
mod info;
mod list;
mod new;
mod pin;
mod settings_table;
mod test;
mod test_folder;

pub(super) use command::run;
