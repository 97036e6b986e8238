//! From the text of `rowsmith.toml` to values that can be trusted.
//!
//! The passes, in order: read and parse the file into a [`Document`] that remembers where everything stands; apply
//! `--set`; [`interpolate()`] the `${NAME}` references; check it ([`check_schema`]) against JSON Schemas,
//! the plugins' own included; [`resolve_secrets`]. Every pass reports all that it finds, as
//! [`Diagnostic`](crate::diagnostic::Diagnostic)s, and none of them panics whatever the text holds.

mod convert;
pub mod defaults;
mod document;
pub mod env;
mod interpolate;
pub mod load;
mod nearest;
pub mod pins;
pub mod pointer;
mod problem;
mod problem_text;
pub mod raw;
mod read;
mod reference;
mod schema_check;
mod schema_limits;
mod secret;
mod secret_file;
mod secret_shape;
mod set;
pub mod settings;
mod spans;
pub mod survey;
mod validate;

pub use document::Document;
pub use interpolate::interpolate;
pub use nearest::nearest;
pub use problem::{Problem, ProblemKind};
pub use problem_text::problems_to_diagnostics;
pub use read::{ConfigError, InvalidDocument, decode, read_text};
pub use schema_check::check_schema;
pub use secret::{SecretSources, resolve_secrets};
pub use secret_file::{SecretFile, read_secret_file};
pub use spans::Spans;
