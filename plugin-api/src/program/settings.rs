//! Settings of plugins that start programs, with the marks in the schema that name the files of a program.

use crate::schema::{ConfigSchema, Schema};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Deref;

/// `format` of a program, or of each element of a [`CommandLine`], in a schema.
pub const COMMAND: &str = "command";
/// `format` of the working directory of the commands in the same table.
pub const WORKING_DIRECTORY: &str = "working-directory";
/// `format` of each value of an [`Environment`] in a schema.
pub const ENVIRONMENT_VARIABLE: &str = "environment-variable";

/// A program and its arguments, one string each; the program is a path or a name on the `PATH`.
///
/// The host assumes that the plugin starts the program without a shell, and that relative paths are relative to the
/// setting with the format `working-directory` in the same table, if there is one. A setting with a program but no
/// arguments is a `String` with the format `command`.
///
/// ```
/// use rowsmith_plugin_api::prelude::*;
///
/// /// Settings of the converter.
/// #[derive(PluginConfig)]
/// struct Config {
///     /// The converter and its arguments.
///     command: CommandLine,
///     /// Working directory of the converter. Default: that of Rowsmith.
///     #[config(format = "working-directory")]
///     cwd: Option<String>,
///     /// Environment variables of the converter, in addition to `PATH`, `HOME` and others. Default: none.
///     #[config(default)]
///     env: Environment,
/// }
///
/// let config: Config = serde_json::from_value(json!({ "command": ["pandoc", "filter.lua"] })).unwrap();
/// let (program, arguments) = config.command.split_first().unwrap();
/// let mut command = std::process::Command::new(program);
/// command.args(arguments).envs(config.env.iter());
/// # assert_eq!(config.cwd, None);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CommandLine(Vec<String>);

impl CommandLine {
    /// Creates a command line.
    pub fn new<S: Into<String>>(words: impl IntoIterator<Item = S>) -> Self {
        Self(words.into_iter().map(Into::into).collect())
    }
}

impl Deref for CommandLine {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.0
    }
}

impl ConfigSchema for CommandLine {
    const SCHEMA: Schema = Schema::Array(&Schema::String { format: Some(COMMAND) });
}

/// Environment variables of the commands in the same table, in addition to those that the plugin lets them inherit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Environment(BTreeMap<String, String>);

impl FromIterator<(String, String)> for Environment {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

impl Deref for Environment {
    type Target = BTreeMap<String, String>;

    fn deref(&self) -> &BTreeMap<String, String> {
        &self.0
    }
}

impl ConfigSchema for Environment {
    const SCHEMA: Schema = Schema::Map(&Schema::String { format: Some(ENVIRONMENT_VARIABLE) });
}
