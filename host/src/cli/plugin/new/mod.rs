//! `rowsmith plugin new`: writes the crate of a plugin, which builds, passes its tests and runs as it is.
//!
//! [`name`] checks what the plugin is called, [`api`] and [`beside`] say what its crate depends on, [`template`] makes
//! the text of its files, [`folder`] puts them into place, and [`command`] goes through all of it.

mod api;
mod beside;
mod command;
mod folder;
mod name;
mod next_steps;
mod template;

pub(super) use command::run;
