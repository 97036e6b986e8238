//! `#[derive(PluginConfig)]`: schema and deserialization of a table from one statement.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, Ident, Path};

use crate::config_attribute::{DefaultValue, TypeConfig};
use crate::description::description;
use crate::field::ConfigField;
use crate::serde_attribute::SerdeAttribute;
use crate::tagged_enum;

/// The error for every other shape of type.
const UNSUPPORTED: &str =
    "PluginConfig supports structs with named fields, and enums with a tag; without type parameters";

/// Returns the implementations for the item, or the error in it.
pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let unsupported = || syn::Error::new(input.ident.span(), UNSUPPORTED);
    if !input.generics.params.is_empty() {
        return Err(unsupported());
    }
    match &input.data {
        Data::Struct(data) => of_struct(input, &data.fields),
        Data::Enum(data) => tagged_enum::expand(input, data),
        Data::Union(_) => Err(unsupported()),
    }
}

fn of_struct(input: &DeriveInput, fields: &Fields) -> syn::Result<TokenStream> {
    let fields = match fields {
        Fields::Named(fields) => Some(fields),
        Fields::Unit => None,
        Fields::Unnamed(_) => return Err(syn::Error::new(input.ident.span(), UNSUPPORTED)),
    };
    let serde = SerdeAttribute::read(&input.attrs)?;
    serde.refuse_tag("a tag is for enums")?;
    let api = TypeConfig::read(&input.attrs)?.api;
    let fields = ConfigField::read_all(&serde, fields)?;
    Ok(implementation(&api, &input.ident, &description(&input.attrs), &fields))
}

/// Returns the implementations for a struct with these fields.
pub(crate) fn implementation(api: &Path, name: &Ident, description: &str, fields: &[ConfigField<'_>]) -> TokenStream {
    let parts = parts(api, fields);
    let defaults: Vec<_> = fields.iter().filter_map(|field| field.config.flatten.as_ref()).flatten().collect();
    let (keys, jsons): (Vec<_>, Vec<_>) = defaults.iter().map(|(key, json)| (key, json)).unzip();
    let values = values(api, fields);
    let accept = accept(api, fields);
    let finish: Vec<_> = fields.iter().map(|field| finish(api, field)).collect();
    quote! {
        const _: () = {
            const PARTS: &[&[#api::schema::Field]] = &[#(#parts),*];
            const DEFAULTS: &[(&str, &str)] = &[#((#keys, #jsons)),*];
            const FIELDS: [#api::schema::Field; #api::schema::derived::fields_len(PARTS)] =
                #api::schema::derived::concat_fields(PARTS, DEFAULTS);

            #[doc(hidden)]
            #[derive(::core::default::Default)]
            #[allow(unreachable_pub, dead_code)]
            pub struct Values { #(#values),* }

            #[automatically_derived]
            impl #api::schema::ConfigSchema for #name {
                const SCHEMA: #api::schema::Schema =
                    #api::schema::Schema::Object(&#api::schema::ObjectSchema { description: #description, fields: &FIELDS });
            }

            #[automatically_derived]
            impl #api::schema::PluginConfig for #name {
                const FIELDS: &'static [#api::schema::Field] = &FIELDS;

                type Values = Values;

                fn accept<'de, A: #api::schema::derived::MapAccess<'de>>(
                    values: &mut Values,
                    key: &str,
                    map: &mut A,
                ) -> ::core::result::Result<bool, A::Error> {
                    #accept
                }

                fn finish<E: #api::schema::derived::Error>(
                    values: Values,
                    defaults: &#api::schema::derived::Defaults<'_>,
                ) -> ::core::result::Result<Self, E> {
                    let inner = #api::schema::derived::Defaults::within(defaults, DEFAULTS);
                    ::core::result::Result::Ok(Self { #(#finish),* })
                }
            }

            #[automatically_derived]
            impl<'de> #api::schema::derived::Deserialize<'de> for #name {
                fn deserialize<D: #api::schema::derived::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    #api::schema::derived::table(deserializer)
                }
            }
        };
    }
}

/// Returns the slices of fields to concatenate, one per field of the struct.
fn parts(api: &Path, fields: &[ConfigField<'_>]) -> Vec<TokenStream> {
    let part = |field: &ConfigField<'_>| {
        let kind = &field.field.ty;
        if field.is_flattened() {
            return quote_spanned!(kind.span()=> <#kind as #api::schema::PluginConfig>::FIELDS);
        }
        let entry = field.entry(api);
        quote!(&[#entry])
    };
    fields.iter().filter(|field| !field.serde.skip).map(part).collect()
}

/// Returns the members of the struct that holds the values read so far.
fn values(api: &Path, fields: &[ConfigField<'_>]) -> Vec<TokenStream> {
    let member = |field: &ConfigField<'_>| {
        let (name, kind) = (&field.field.ident, &field.field.ty);
        match (field.serde.skip, field.is_flattened()) {
            (true, _) => None,
            (false, true) => Some(quote_spanned!(kind.span()=> #name: <#kind as #api::schema::PluginConfig>::Values)),
            (false, false) => Some(quote!(#name: ::core::option::Option<#kind>)),
        }
    };
    fields.iter().filter_map(member).collect()
}

fn accept(api: &Path, fields: &[ConfigField<'_>]) -> TokenStream {
    let own = fields.iter().filter(|field| !field.serde.skip && !field.is_flattened()).map(|field| {
        let (key, kind, read) = (&field.key, &field.field.ty, field.read_value(api));
        quote_spanned! {kind.span()=>
            if key == #key {
                return #read.map(|()| true);
            }
        }
    });
    let inner = fields.iter().filter(|field| field.is_flattened()).map(|field| {
        let (name, kind) = (&field.field.ident, &field.field.ty);
        quote_spanned! {kind.span()=>
            if <#kind as #api::schema::PluginConfig>::accept(&mut values.#name, key, map)? {
                return ::core::result::Result::Ok(true);
            }
        }
    });
    quote! {
        #(#own)*
        #(#inner)*
        ::core::result::Result::Ok(false)
    }
}

/// Returns the initializer of one field.
fn finish(api: &Path, field: &ConfigField<'_>) -> TokenStream {
    let (name, key, kind) = (&field.field.ident, &field.key, &field.field.ty);
    if field.serde.skip {
        return quote!(#name: ::core::default::Default::default());
    }
    if field.is_flattened() {
        return quote_spanned! {kind.span()=>
            #name: <#kind as #api::schema::PluginConfig>::finish(values.#name, &inner)?
        };
    }
    let fallback = match &field.config.default {
        None => quote_spanned!(kind.span()=> #api::schema::derived::absent(#key)),
        Some(DefaultValue::Json(json)) => quote_spanned!(kind.span()=> #api::schema::derived::default(#key, #json)),
        Some(DefaultValue::OfType) => {
            quote_spanned!(kind.span()=> ::core::result::Result::Ok(::core::default::Default::default()))
        }
    };
    quote!(#name: #api::schema::derived::value_or(values.#name, #key, defaults, || #fallback)?)
}

#[cfg(test)]
mod tests {
    use super::{UNSUPPORTED, expand};
    use crate::test_input::error_of;

    #[test]
    fn other_shapes_are_rejected() {
        for source in [
            "struct Tuple(u8);",
            "union Bits { a: u32 }",
            "struct Generic<T> { a: T }",
            "enum Generic<T> { A { a: T } }",
        ] {
            assert_eq!(error_of(expand, source), UNSUPPORTED, "{source}");
        }
    }

    #[test]
    fn errors_name_the_attribute() {
        for (source, part) in [
            ("struct S { #[serde(flatten)] a: A }", "`#[config(flatten)]`"),
            ("struct S { #[serde(default)] a: u8 }", "write `#[config(default)]` or"),
            (
                "struct S { #[serde(default)] #[config(default)] a: u8 }",
                "remove `#[serde(default)]`: `#[config(default)]` already states the default",
            ),
            (
                "struct S { #[config(default = 20)] #[serde(default = \"twenty\")] a: u8 }",
                "remove `#[serde(default)]`: `#[config(default = 20)]` already states the default",
            ),
            ("#[serde(default)] struct S { a: u8 }", "write `#[config(default)]` or"),
            ("struct S { #[config(default = 1)] #[config(default = 2)] a: u8 }", "has a default already"),
            ("#[serde(tag = \"kind\")] struct S { a: u8 }", "a tag is for enums"),
            ("struct S { #[serde(tag = \"kind\")] a: A }", "a field has no tag"),
            ("#[serde(deny_unknown_fields)] struct S { a: u8 }", "always rejected"),
            ("struct S { #[serde(with = \"x\")] a: u8 }", "`#[serde(with)]`"),
            ("struct S { #[config(flatten, default)] a: A }", "no name, default, bounds or format"),
            ("struct S { #[config(flatten)] #[serde(rename = \"b\")] a: A }", "no name, default, bounds or format"),
            ("struct S { #[config(flatten(b = 1, b = 2))] a: A }", "two defaults"),
            ("struct S { #[config(flatten(b = X))] a: A }", "literal"),
            ("struct S { #[config(default = 1u8)] a: u8 }", "without a suffix"),
            ("struct S { #[config(defaults = 1)] a: u8 }", "and `flatten`"),
            ("struct S { #[config(max = 9223372036854775808)] a: u64 }", "64 bits"),
            ("#[config(min = 1)] struct S { a: u8 }", "a type takes `crate`"),
            ("struct S { #[serde(rename = \"b\")] a: u8, b: u8 }", "`b` is the name of another field"),
        ] {
            let error = error_of(expand, source);
            assert!(error.contains(part), "{source}: {error}");
        }
    }

    #[test]
    fn only_the_named_crate_is_used() {
        let source = "#[config(crate = \"crate::api\")] struct S { #[config(flatten(c = 1))] a: A, b: u8 }";
        let tokens = expand(&syn::parse_str(source).unwrap()).unwrap().to_string();
        assert!(tokens.contains("crate :: api :: schema :: PluginConfig for S"), "{tokens}");
        assert!(!tokens.contains("rowsmith_plugin_api"), "{tokens}");
    }
}
