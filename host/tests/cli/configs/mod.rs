//! The configs and the documentation of the project, compared with the program.

mod bundled;
mod exec;
mod exit_codes;
mod readme;
mod readme_example;
mod reference;
mod toml_lines;
