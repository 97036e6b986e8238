//! `#[derive(ConfigSchema)]`: from the parsed item to its `impl ConfigSchema`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, Path, parse_quote};

use crate::config_attribute::TypeConfig;
use crate::description::description;
use crate::enumeration;
use crate::serde_attribute::SerdeAttribute;
use crate::structure;

/// The error for tuple structs, unions and enums that carry data.
pub(crate) const UNSUPPORTED: &str = "ConfigSchema supports structs with named fields and enums of unit variants";

/// Returns the implementation for the item, or the error in it.
pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let api = TypeConfig::read(&input.attrs)?.api;
    let serde = SerdeAttribute::read(&input.attrs)?;
    let schema = match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => structure::schema(&api, &description(&input.attrs), &serde, Some(fields))?,
            Fields::Unit => structure::schema(&api, &description(&input.attrs), &serde, None)?,
            Fields::Unnamed(_) => return Err(syn::Error::new(input.ident.span(), UNSUPPORTED)),
        },
        Data::Enum(data) => enumeration::schema(&api, input, &serde, data)?,
        Data::Union(_) => return Err(syn::Error::new(input.ident.span(), UNSUPPORTED)),
    };
    Ok(implementation(&api, input, &schema))
}

fn implementation(api: &Path, input: &DeriveInput, schema: &TokenStream) -> TokenStream {
    let name = &input.ident;
    let mut generics = input.generics.clone();
    for parameter in generics.type_params_mut() {
        parameter.bounds.push(parse_quote!(#api::schema::ConfigSchema));
    }
    let (impl_generics, type_generics, where_clause) = generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #api::schema::ConfigSchema for #name #type_generics #where_clause {
            const SCHEMA: #api::schema::Schema = #schema;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{UNSUPPORTED, expand};

    fn error_of(source: &str) -> String {
        let input: syn::DeriveInput = syn::parse_str(source).unwrap();
        expand(&input).map_or_else(|error| error.to_string(), |tokens| format!("no error, but {tokens}"))
    }

    #[test]
    fn other_shapes_are_rejected() {
        for source in [
            "struct Tuple(u8, u8);",
            "struct Wrapper(String);",
            "union Bits { a: u32, b: f32 }",
            "enum Data { Unit, Carries(u8) }",
            "enum Fields { Carries { field: u8 } }",
            "enum Empty {}",
            "enum AllSkipped { #[serde(skip)] A }",
        ] {
            assert_eq!(error_of(source), UNSUPPORTED, "{source}");
        }
    }

    #[test]
    fn errors_name_the_attribute() {
        for (source, part) in [
            ("struct S { #[serde(flatten)] a: A }", "`#[serde(flatten)]`"),
            ("#[serde(untagged)] enum E { A }", "`#[serde(untagged)]`"),
            ("#[serde(deny_unknown_fields, tag = \"kind\")] enum E { A }", "`#[serde(tag)]`"),
            ("struct S { #[serde(alias = \"b\")] a: u8 }", "`#[serde(alias)]`"),
            ("#[serde(rename_all = \"Kebab\")] struct S { a: u8 }", "unknown case `Kebab`"),
            ("struct S { #[config(default = \"auto\")] a: String }", "not JSON"),
            (
                "struct S { #[config(minimum = 1)] a: u8 }",
                "a field takes `default`, `min`, `max`, `format` and `flatten`",
            ),
            ("struct S { #[config(flatten)] a: A }", "`#[derive(PluginConfig)]`"),
            ("struct S { #[config(default)] a: u8 }", "`#[derive(PluginConfig)]`"),
            ("struct S { #[config(max = 9223372036854775808)] a: u64 }", "64 bits"),
            ("#[config(min = 1)] struct S { a: u8 }", "a type takes `crate`"),
            ("enum E { #[config(min = 1)] A }", "a variant takes none"),
            ("struct S { #[serde(rename = \"b\")] a: u8, b: u8 }", "`b` is the name of another field"),
        ] {
            let error = error_of(source);
            assert!(error.contains(part), "{source}: {error}");
        }
    }

    #[test]
    fn only_the_named_crate_is_used() {
        let source = "#[config(crate = \"crate::api\")] struct S<T> { a: Vec<T> }";
        let tokens = expand(&syn::parse_str(source).unwrap()).unwrap().to_string();
        assert!(tokens.contains("crate :: api :: schema :: ConfigSchema for S < T >"), "{tokens}");
        assert!(!tokens.contains("rowsmith_plugin_api"), "{tokens}");
    }
}
