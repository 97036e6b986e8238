//! `#[derive(ConfigSchema)]`: the schema of an enum, which lists the names of its unit variants.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{Data, DeriveInput, Fields, Variant};

use crate::config_attribute::{TypeConfig, refuse_on_variant};
use crate::serde_attribute::SerdeAttribute;

/// The error for every other shape of type.
const UNSUPPORTED: &str = "ConfigSchema supports enums of unit variants; for a struct, and for an enum whose variants have fields, derive \
                           `PluginConfig`";
/// The error for an enum with a tag.
const TAGGED: &str = "an enum with a tag derives `PluginConfig`, in place of `Deserialize` and `ConfigSchema`";

/// Returns the implementation for the item, or the error in it.
pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let api = TypeConfig::read(&input.attrs)?.api;
    let names = names(input)?;
    let name = &input.ident;
    Ok(quote! {
        #[automatically_derived]
        impl #api::schema::ConfigSchema for #name {
            const SCHEMA: #api::schema::Schema = #api::schema::Schema::Enum(&[#(#names),*]);
        }
    })
}

/// Returns the names that serde reads the variants from.
fn names(input: &DeriveInput) -> syn::Result<Vec<String>> {
    let unsupported = |ident: &syn::Ident| syn::Error::new(ident.span(), UNSUPPORTED);
    let Data::Enum(data) = &input.data else { return Err(unsupported(&input.ident)) };
    let container = SerdeAttribute::read(&input.attrs)?;
    container.refuse_tag(TAGGED)?;
    let mut names = Vec::new();
    for variant in &data.variants {
        let serde = SerdeAttribute::read(&variant.attrs)?;
        refuse_on_variant(&variant.attrs)?;
        if serde.skip {
            continue;
        }
        if !matches!(variant.fields, Fields::Unit) {
            return Err(unsupported(&variant.ident));
        }
        names.push(name(variant, &serde, &container));
    }
    if names.is_empty() || !input.generics.params.is_empty() { Err(unsupported(&input.ident)) } else { Ok(names) }
}

/// Returns the name that serde reads a variant from.
pub(crate) fn name(variant: &Variant, serde: &SerdeAttribute, container: &SerdeAttribute) -> String {
    let own = variant.ident.unraw().to_string();
    let by_rule = || container.rename_all.map(|case| case.variant(&own));
    serde.rename.clone().or_else(by_rule).unwrap_or(own)
}

#[cfg(test)]
mod tests {
    use super::{UNSUPPORTED, expand};
    use crate::test_input::error_of;

    #[test]
    fn other_shapes_are_rejected() {
        for source in [
            "struct Named { a: u8 }",
            "struct Tuple(u8, u8);",
            "union Bits { a: u32, b: f32 }",
            "enum Data { Unit, Carries(u8) }",
            "enum Fields { Carries { field: u8 } }",
            "enum Empty {}",
            "enum Generic<T> { A }",
            "enum AllSkipped { #[serde(skip)] A }",
        ] {
            assert_eq!(error_of(expand, source), UNSUPPORTED, "{source}");
        }
    }

    #[test]
    fn errors_name_the_attribute() {
        for (source, part) in [
            ("#[serde(untagged)] enum E { A }", "`#[serde(untagged)]`"),
            ("#[serde(tag = \"kind\")] enum E { A }", "an enum with a tag derives `PluginConfig`"),
            ("#[serde(default)] enum E { A }", "`#[config(default)]`"),
            ("enum E { #[serde(alias = \"b\")] A }", "`#[serde(alias)]`"),
            ("#[serde(rename_all = \"Kebab\")] enum E { A }", "unknown case `Kebab`"),
            ("#[config(min = 1)] enum E { A }", "a type takes `crate`"),
            ("enum E { #[config(min = 1)] A }", "a variant takes none"),
        ] {
            let error = error_of(expand, source);
            assert!(error.contains(part), "{source}: {error}");
        }
    }
}
