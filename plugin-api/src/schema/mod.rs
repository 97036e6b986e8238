//! The JSON Schema of a plugin's config, known at compile time.
//!
//! A plugin's config struct derives [`PluginConfig`]; its [`Schema`] is then a constant, and `schema_json!` renders that
//! constant to JSON text while the plugin is compiled. The text is stored in a link section of the library, where a host
//! reads it without running any code of the plugin.
//!
//! The text is valid draft-07 JSON Schema, compact, and the same for every build of the same source.
//!
//! ```
//! use rowsmith_plugin_api::schema::PluginConfig;
//!
//! /// Source of the rows.
//! #[derive(PluginConfig)]
//! struct Config {
//!     /// The file to read.
//!     path: std::path::PathBuf,
//!     /// Maximum number of rows.
//!     #[config(min = 1)]
//!     max_rows: Option<u32>,
//! }
//!
//! const JSON: &str = rowsmith_plugin_api::schema_json!(Config);
//! assert!(JSON.starts_with(r#"{"type":"object","description":"Source of the rows.""#));
//! ```

mod bounds;
mod config_schema;
mod decimal;
mod default_check;
mod fields;
mod json;
mod json_variants;
mod members;
mod plugin_config;
mod read_duration;
mod read_list;
mod read_table;
mod read_tagged;
mod render;
mod shape;
mod text;
mod violated;

pub use config_schema::ConfigSchema;
pub use json::{json_len, json_text, to_value, write_json};
pub use json_variants::{JsonVariants, schema_of_item, schema_of_table};
pub use plugin_config::PluginConfig;
pub use rowsmith_plugin_api_derive::{ConfigSchema, PluginConfig};
pub use shape::{Field, ObjectSchema, Schema, TaggedSchema, VariantSchema};

/// Items that the code of `#[derive(PluginConfig)]` names. Not for plugins.
#[doc(hidden)]
pub mod derived {
    pub use super::fields::{concat_fields, fields_len, tag_field};
    pub use super::read_table::{Defaults, absent, default, read, read_within, table, value_or};
    pub use super::read_tagged::{TaggedTable, tagged_table};
    pub use serde::de::{Deserialize, Deserializer, Error, MapAccess};
}
