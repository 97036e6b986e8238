//! [`PluginConfig`]: a table of the config that one derive describes and reads.

use super::config_schema::ConfigSchema;
use super::read_table::Defaults;
use super::shape::Field;
use serde::de::{Error, MapAccess};

/// A config table whose schema and deserialization come from one derive.
///
/// The derive macro has the same name. It implements [`ConfigSchema`] and `serde::Deserialize` too, so a type that
/// derives `PluginConfig` derives neither of them. Unknown keys are rejected.
///
/// ```
/// use rowsmith_plugin_api::output::OutputOptions;
/// use rowsmith_plugin_api::prelude::*;
///
/// /// Settings of the CSV file.
/// #[derive(PluginConfig)]
/// struct Config {
///     #[config(flatten)]
///     output: OutputOptions,
///     /// Character between two cells.
///     #[config(default = ",")]
///     delimiter: String,
///     /// Rows per block.
///     #[config(default = 20, min = 1)]
///     block_rows: u32,
/// }
///
/// let config: Config = serde_json::from_value(json!({ "path": "rows.csv", "block_rows": 5 })).unwrap();
/// assert_eq!((config.output.path.as_str(), config.delimiter.as_str(), config.block_rows), ("rows.csv", ",", 5));
/// assert!(serde_json::from_value::<Config>(json!({ "path": "rows.csv", "delimeter": ";" })).is_err());
/// ```
///
/// # Compile errors
/// A table that only derives `Deserialize` and `ConfigSchema` cannot be flattened:
/// ```compile_fail
/// # use rowsmith_plugin_api::prelude::*;
/// #[derive(Deserialize, ConfigSchema)]
/// struct Inner { a: u8 }
/// #[derive(PluginConfig)]
/// struct Outer { #[config(flatten)] inner: Inner }
/// ```
/// Serde's derive conflicts with this one:
/// ```compile_fail
/// # use rowsmith_plugin_api::prelude::*;
/// #[derive(Deserialize, PluginConfig)]
/// struct Config { a: u8 }
/// ```
/// Each key occurs once, flattened tables included:
/// ```compile_fail
/// # use rowsmith_plugin_api::prelude::*;
/// #[derive(PluginConfig)]
/// struct Inner { a: u8 }
/// #[derive(PluginConfig)]
/// struct Outer { a: u8, #[config(flatten)] inner: Inner }
/// ```
/// A default has to match the type and the bounds of its field:
/// ```compile_fail
/// # use rowsmith_plugin_api::prelude::*;
/// #[derive(PluginConfig)]
/// struct Config { #[config(default = 30, max = 20)] rows: u8 }
/// ```
/// ```compile_fail
/// # use rowsmith_plugin_api::prelude::*;
/// #[derive(PluginConfig)]
/// struct Config { #[config(default = 2.5, max = 2.0)] temperature: f64 }
/// ```
/// ```compile_fail
/// # use rowsmith_plugin_api::prelude::*;
/// #[derive(PluginConfig)]
/// struct Config { #[config(default = "500ms", min = "1s")] pause: std::time::Duration }
/// ```
/// ```compile_fail
/// # use rowsmith_plugin_api::prelude::*;
/// #[derive(PluginConfig)]
/// struct Config { #[config(default = [0.0, 0.5, 1.0])] range: (f64, f64) }
/// ```
/// ```compile_fail
/// # use rowsmith_plugin_api::prelude::*;
/// #[derive(PluginConfig)]
/// #[serde(tag = "kind", rename_all = "snake_case")]
/// enum Split { Off, Fixed { #[config(max = 20)] rows: u8 } }
/// #[derive(PluginConfig)]
/// struct Config { #[config(default = { kind = "fixed", rows = 30 })] split: Split }
/// ```
/// Bounds have to leave a value:
/// ```compile_fail
/// # use rowsmith_plugin_api::prelude::*;
/// #[derive(PluginConfig)]
/// struct Config { #[config(min = 3, max = 2)] rows: u8 }
/// ```
/// A key cannot have the name of the tag:
/// ```compile_fail
/// # use rowsmith_plugin_api::prelude::*;
/// #[derive(PluginConfig)]
/// #[serde(tag = "kind")]
/// enum Split { Fixed { kind: u8 } }
/// ```
/// A default is stated once:
/// ```compile_fail
/// # use rowsmith_plugin_api::prelude::*;
/// #[derive(PluginConfig)]
/// struct Config { #[serde(default)] #[config(default = 20)] rows: u8 }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no struct that derives `PluginConfig`, so it cannot be flattened",
    label = "`#[config(flatten)]` needs a struct that derives `PluginConfig`",
    note = "derive `PluginConfig` in place of `Deserialize` and `ConfigSchema`; an enum needs a key of its own"
)]
pub trait PluginConfig: ConfigSchema + Sized {
    /// Keys of the table in source order, those of flattened tables included.
    const FIELDS: &'static [Field];

    /// Values of the keys that have been read so far.
    #[doc(hidden)]
    type Values: Default;

    /// Reads the value of a key; returns false for a key that the table does not have.
    #[doc(hidden)]
    fn accept<'de, A: MapAccess<'de>>(values: &mut Self::Values, key: &str, map: &mut A) -> Result<bool, A::Error>;

    /// Fills in defaults and builds the config.
    #[doc(hidden)]
    fn finish<E: Error>(values: Self::Values, defaults: &Defaults<'_>) -> Result<Self, E>;
}
