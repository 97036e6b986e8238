//! `rowsmith plugin new`: creates the crate of a plugin, which builds, passes its tests and runs.
//!
//! [`name`] validates the name, [`api`] and [`installed_crate`] choose the dependencies, [`template`] fills in the files,
//! [`folder`] writes them, and [`command`] runs these steps.

mod api;
mod command;
mod folder;
mod installed_crate;
mod name;
mod next_steps;
mod template;

pub(super) use command::run;
