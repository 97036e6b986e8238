//! The derive macros of `rowsmith-plugin-api`, which re-exports them; plugins do not name this crate.
//!
//! A derive runs in passes: it reads the attributes into plain values, checks the shape of the input, then writes the
//! implementation. Every mistake in the input is a compile error at its place.

mod case;
mod config_attribute;
mod description;
mod enumeration;
mod field;
mod literal;
mod plugin_config;
mod serde_attribute;
mod tagged_enum;
#[cfg(test)]
mod test_input;

use proc_macro::TokenStream;

/// Derives `ConfigSchema` for an enum of unit variants: the names of a key's possible values.
///
/// Derive `serde::Deserialize` too. Serde's `rename`, `rename_all` and `skip` are honoured; every other attribute is a
/// compile error, because the schema would differ from the accepted values. For a struct, and for an enum whose variants
/// have fields, derive `PluginConfig`.
#[proc_macro_derive(ConfigSchema, attributes(config, serde))]
pub fn derive_config_schema(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    enumeration::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}

/// Derives `PluginConfig`, `ConfigSchema` and `serde::Deserialize` for a table of a plugin's config: a struct with named
/// fields, or an enum with a tag.
///
/// Doc comments become descriptions. An `Option` may be left out; every other field is required unless it has a default.
/// Unknown keys are rejected. A default serves the documentation and the deserialization; the compiler checks it against
/// the type and the bounds.
///
/// | attribute | meaning |
/// |---|---|
/// | `#[config(default = 20)]` | value of a key that is left out: a string, a number, a boolean, a list (`[1, 2]`) or a table (`{ kind = "off" }`) of them |
/// | `#[config(default)]` | the same, with the type's `Default`, which the documentation does not show |
/// | `#[config(min = 1, max = 20)]` | bounds of a number, or of a `Duration`: `min = "1s"` |
/// | `#[config(format = "uri")]` | meaning of a string |
/// | `#[config(flatten)]` | the keys of the field's type, a struct that derives `PluginConfig` too, stand in this table |
/// | `#[config(flatten(timeout_secs = 60))]` | the same, with other defaults for some of those keys |
/// | `#[serde(rename = "...")]`, `rename_all`, `skip` | as in serde; a skipped field takes its type's `Default` |
/// | on an enum: `#[serde(tag = "kind")]` | key that names the variant; the keys of the variant follow it in the table |
/// | on the type: `#[config(crate = "path")]` | path of `rowsmith_plugin_api` |
///
/// A name that occurs twice, in flattened tables too, is a compile error. An enum implements `ConfigSchema` and
/// `serde::Deserialize` only, because it cannot be flattened.
#[proc_macro_derive(PluginConfig, attributes(config, serde))]
pub fn derive_plugin_config(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    plugin_config::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
