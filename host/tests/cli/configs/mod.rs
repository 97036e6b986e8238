//! The configs and the documentation of the project, compared with the program.

mod bundled;
mod exec;
mod exit_codes;
mod readme;
mod reference;
mod toml_lines;
