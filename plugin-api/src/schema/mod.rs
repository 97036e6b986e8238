//! The JSON Schema of a plugin's config, known at compile time.
//!
//! A plugin's config struct says `#[derive(ConfigSchema)]`; its [`Schema`] is then a constant, and `schema_json!`
//! renders that constant to JSON text while the plugin is compiled. The text can so be put into a link section of the
//! library, where a host reads it without running any code of the plugin.
//!
//! The text is valid draft-07 JSON Schema, compact, and the same for every build of the same source.
//!
//! ```
//! use rowsmith_plugin_api::schema::ConfigSchema;
//!
//! /// Where the rows come from.
//! #[derive(serde::Deserialize, ConfigSchema)]
//! struct Config {
//!     /// The file to read.
//!     path: std::path::PathBuf,
//!     /// How many rows to read at most.
//!     #[config(min = 1)]
//!     max_rows: Option<u32>,
//! }
//!
//! const JSON: &str = rowsmith_plugin_api::schema_json!(Config);
//! assert!(JSON.starts_with(r#"{"type":"object","description":"Where the rows come from.""#));
//! ```

mod config_schema;
mod json;
mod render;
mod shape;
mod text;

pub use config_schema::ConfigSchema;
pub use json::{json_len, json_text, to_value, write_json};
pub use rowsmith_plugin_api_derive::ConfigSchema;
pub use shape::{Field, ObjectSchema, Schema};
