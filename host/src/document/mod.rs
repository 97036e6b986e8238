//! From the text of a TOML file to a [`Document`] whose every value has a position.
//!
//! The passes, in order: read and parse the file; apply `--set`; [`interpolate()`] the `${NAME}` references; check it
//! ([`check_schema`]) against JSON Schemas, those of plugins included; [`resolve_secrets`]. Every pass reports all problems
//! that it finds, as [`Diagnostic`](crate::diagnostic::Diagnostic)s, and no text makes it panic.

mod command_setting;
mod convert;
#[expect(clippy::module_inception, reason = "the type of this name is what the folder is about")]
mod document;
mod interpolate;
mod nearest;
pub mod pointer;
mod problem;
mod problem_text;
mod read;
mod reference;
mod schema_check;
mod schema_limits;
mod secret;
mod secret_file;
mod secret_shape;
mod set;
mod spans;
mod tagged_table;

pub use command_setting::{CommandSetting, command_names, command_settings};
pub use document::Document;
pub use interpolate::interpolate;
pub use nearest::nearest;
pub use problem::{Problem, ProblemKind};
pub use problem_text::problems_to_diagnostics;
pub use read::{ConfigError, InvalidDocument, decode, read_text};
pub use schema_check::check_schema;
pub use secret::{PLACEHOLDER, SecretSources, fill_placeholders, resolve_secrets};
pub use secret_file::{SecretFile, read_secret_file};
pub use spans::Spans;
