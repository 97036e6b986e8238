//! `#[derive(PluginConfig)]` of an enum: a table whose tag names the variant.
//!
//! Each variant is read as a struct of its own, so its keys have the same errors, defaults and bounds as those of a struct.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{DataEnum, DeriveInput, Fields, Ident, LitStr, Path, Type, Variant};

use crate::config_attribute::{TypeConfig, refuse_on_variant};
use crate::description::description;
use crate::enumeration;
use crate::field::ConfigField;
use crate::plugin_config::implementation;
use crate::serde_attribute::SerdeAttribute;

/// The error for an enum without a tag.
const NO_TAG: &str = "an enum needs `#[serde(tag = \"kind\")]`, the key that names the variant; for an enum of words, derive \
                      `Deserialize` and `ConfigSchema`";
const UNSUPPORTED: &str = "a variant has named fields, no fields, or one type that derives `PluginConfig`";

/// A variant that a config can select.
struct TaggedVariant<'a> {
    /// Value of the tag.
    name: String,
    description: String,
    /// The type that reads the keys of the variant.
    table: TokenStream,
    /// The definition of that type, unless it is the author's own.
    definition: TokenStream,
    /// Pattern of that type and the expression of the variant.
    pattern: TokenStream,
    value: TokenStream,
    ident: &'a Ident,
}

/// Returns the implementations for the enum, or the error in it.
pub(crate) fn expand(input: &DeriveInput, data: &DataEnum) -> syn::Result<TokenStream> {
    let container = SerdeAttribute::read(&input.attrs)?;
    let api = TypeConfig::read(&input.attrs)?.api;
    let Some(tag) = &container.tag else { return Err(syn::Error::new(input.ident.span(), NO_TAG)) };
    let mut variants = Vec::new();
    let mut names = HashSet::new();
    for variant in &data.variants {
        refuse_on_variant(&variant.attrs)?;
        let serde = SerdeAttribute::read(&variant.attrs)?;
        serde.refuse_tag("the tag is an attribute of the enum")?;
        if serde.skip {
            continue;
        }
        let read = TaggedVariant::read(&api, variant, &serde, &container)?;
        if !names.insert(read.name.clone()) {
            return Err(syn::Error::new(
                read.ident.span(),
                format!("`{}` is the name of another variant too", read.name),
            ));
        }
        variants.push(read);
    }
    if variants.is_empty() {
        return Err(syn::Error::new(input.ident.span(), "an enum without variants has no value"));
    }
    Ok(enum_implementation(&api, input, tag, &variants))
}

impl<'a> TaggedVariant<'a> {
    fn read(api: &Path, variant: &'a Variant, serde: &SerdeAttribute, container: &SerdeAttribute) -> syn::Result<Self> {
        let ident = &variant.ident;
        let fields = match &variant.fields {
            Fields::Named(fields) => ConfigField::read_all(serde, Some(fields))?,
            Fields::Unit => Vec::new(),
            Fields::Unnamed(fields) => {
                return match fields.unnamed.first() {
                    Some(field) if fields.unnamed.len() == 1 && field.attrs.is_empty() => {
                        Ok(Self::of_type(variant, &field.ty, serde, container))
                    }
                    _ => Err(syn::Error::new(ident.span(), UNSUPPORTED)),
                };
            }
        };
        let table = format_ident!("__{ident}Table");
        let (names, types): (Vec<_>, Vec<_>) = fields.iter().map(|field| (&field.field.ident, &field.field.ty)).unzip();
        let implementation = implementation(api, &table, "", &fields);
        Ok(Self {
            name: enumeration::name(variant, serde, container),
            description: description(&variant.attrs),
            table: quote!(#table),
            definition: quote! {
                struct #table { #(#names: #types),* }
                #implementation
            },
            pattern: quote!(#table { #(#names),* }),
            value: quote!(Self::#ident { #(#names),* }),
            ident,
        })
    }

    /// A variant with the keys of a type that derives `PluginConfig`.
    fn of_type(variant: &'a Variant, table: &Type, serde: &SerdeAttribute, container: &SerdeAttribute) -> Self {
        let ident = &variant.ident;
        Self {
            name: enumeration::name(variant, serde, container),
            description: description(&variant.attrs),
            table: quote!(#table),
            definition: TokenStream::new(),
            pattern: quote!(table),
            value: quote!(Self::#ident(table)),
            ident,
        }
    }

    fn schema(&self, api: &Path) -> TokenStream {
        let Self { name, description, table, .. } = self;
        quote! {
            #api::schema::VariantSchema {
                name: #name,
                description: #description,
                fields: <#table as #api::schema::PluginConfig>::FIELDS,
            }
        }
    }

    /// Returns a constant whose evaluation fails if a key has the name of the tag.
    fn check(&self, api: &Path, tag: &LitStr) -> TokenStream {
        let table = &self.table;
        quote! {
            const _: () = {
                const PARTS: &[&[#api::schema::Field]] = &[
                    &[#api::schema::derived::tag_field(#tag)],
                    <#table as #api::schema::PluginConfig>::FIELDS,
                ];
                const _: [#api::schema::Field; #api::schema::derived::fields_len(PARTS)] =
                    #api::schema::derived::concat_fields(PARTS, &[]);
            };
        }
    }

    fn read_value(&self) -> TokenStream {
        let Self { table, pattern, value, .. } = self;
        quote!(read.read::<#table, D::Error>().map(|#pattern| #value))
    }
}

fn enum_implementation(api: &Path, input: &DeriveInput, tag: &LitStr, variants: &[TaggedVariant<'_>]) -> TokenStream {
    let name = &input.ident;
    let description = description(&input.attrs);
    let definitions = variants.iter().map(|variant| &variant.definition);
    let checks = variants.iter().map(|variant| variant.check(api, tag));
    let schemas = variants.iter().map(|variant| variant.schema(api));
    let names = variants.iter().map(|variant| &variant.name);
    let indexes = 0..variants.len();
    let values = variants.iter().map(TaggedVariant::read_value);
    quote! {
        const _: () = {
            #(#definitions)*
            #(#checks)*

            #[automatically_derived]
            impl #api::schema::ConfigSchema for #name {
                const SCHEMA: #api::schema::Schema = #api::schema::Schema::Tagged(&#api::schema::TaggedSchema {
                    description: #description,
                    tag: #tag,
                    variants: &[#(#schemas),*],
                });
            }

            #[automatically_derived]
            impl<'de> #api::schema::derived::Deserialize<'de> for #name {
                fn deserialize<D: #api::schema::derived::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::core::result::Result<Self, D::Error> {
                    let read = #api::schema::derived::tagged_table(deserializer, #tag, &[#(#names),*])?;
                    match read.variant {
                        #(#indexes => #values,)*
                        _ => ::core::result::Result::Err(read.unknown()),
                    }
                }
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use crate::plugin_config::expand;
    use crate::test_input::error_of;

    #[test]
    fn errors_name_the_mistake() {
        for (source, part) in [
            ("enum E { A { a: u8 } }", "an enum needs `#[serde(tag = \"kind\")]`"),
            ("enum E { A, B }", "derive `Deserialize` and `ConfigSchema`"),
            ("#[serde(tag = \"kind\")] enum E {}", "without variants"),
            ("#[serde(tag = \"kind\")] enum E { A(u8, u8) }", "one type that derives `PluginConfig`"),
            ("#[serde(tag = \"kind\")] enum E { A, #[serde(rename = \"A\")] B }", "`A` is the name of another variant"),
            ("#[serde(tag = \"kind\", untagged)] enum E { A }", "`#[serde(untagged)]`"),
            ("#[serde(tag = \"kind\")] enum E { #[serde(tag = \"b\")] A }", "an attribute of the enum"),
            ("#[serde(tag = \"kind\")] enum E { #[config(default)] A }", "a variant takes none"),
            ("#[serde(tag = \"kind\")] enum E { A { #[serde(default)] #[config(default = 1)] a: u8 } }", "remove"),
        ] {
            let error = error_of(expand, source);
            assert!(error.contains(part), "{source}: {error}");
        }
    }
}
