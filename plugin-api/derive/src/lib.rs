//! The derive macro of `rowsmith-plugin-api`, which re-exports it; plugins do not name this crate.
//!
//! One derive runs in passes: attributes are read into plain values, the shape of the input is checked, then the
//! implementation is written. All that is wrong with the input is a compile error at the place where it is wrong.

mod case;
mod config_attribute;
mod description;
mod enumeration;
mod expand;
mod json;
mod serde_attribute;
mod structure;

use proc_macro::TokenStream;

/// Derives the `ConfigSchema` of a plugin's config type: a struct with named fields, or an enum of unit variants.
///
/// Doc comments become descriptions. Serde's `rename`, `rename_all`, `default`, `skip` and `skip_deserializing` are
/// honoured, so that the schema says what `Deserialize` accepts; what it could not describe truthfully (`flatten`,
/// `untagged`, `alias`, ...) is an error.
///
/// `#[config(...)]` says what serde cannot:
///
/// | on | attribute | meaning |
/// |---|---|---|
/// | a field | `default = "20"` | documents the default, as JSON text |
/// | a field | `min = 1`, `max = 20` | bounds of an integer |
/// | a field | `format = "uri"` | what a string means |
/// | the type | `crate = "path"` | where `rowsmith_plugin_api` is to be found |
#[proc_macro_derive(ConfigSchema, attributes(config, serde))]
pub fn derive_config_schema(input: TokenStream) -> TokenStream {
    let input = syn::parse_macro_input!(input as syn::DeriveInput);
    expand::expand(&input).unwrap_or_else(syn::Error::into_compile_error).into()
}
