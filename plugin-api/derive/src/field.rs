//! A field of a config table with its parsed attributes.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Field, FieldsNamed, Path};

use crate::config_attribute::FieldConfig;
use crate::description::description;
use crate::serde_attribute::SerdeAttribute;

/// A field with its parsed attributes.
pub(crate) struct ConfigField<'a> {
    pub(crate) field: &'a Field,
    /// Name of the key in the config file.
    pub(crate) key: String,
    pub(crate) serde: SerdeAttribute,
    pub(crate) config: FieldConfig,
}

impl<'a> ConfigField<'a> {
    /// Reads and checks all fields, including those that are skipped.
    pub(crate) fn read_all(container: &SerdeAttribute, fields: Option<&'a FieldsNamed>) -> syn::Result<Vec<Self>> {
        let mut names = HashSet::new();
        let mut read = Vec::new();
        for field in fields.into_iter().flat_map(|fields| &fields.named) {
            let field = Self::read(container, field)?;
            field.check()?;
            let is_key = !field.serde.skip && !field.is_flattened();
            if is_key && !names.insert(field.key.clone()) {
                let message = format!("`{}` is the name of another field too", field.key);
                return Err(syn::Error::new(field.field.span(), message));
            }
            read.push(field);
        }
        Ok(read)
    }

    fn read(container: &SerdeAttribute, field: &'a Field) -> syn::Result<Self> {
        let config = FieldConfig::read(&field.attrs)?;
        let serde = SerdeAttribute::of_field(&field.attrs, config.default_attribute().as_deref())?;
        let own = field.ident.as_ref().map(|ident| ident.unraw().to_string()).unwrap_or_default();
        let by_rule = || container.rename_all.map(|case| case.field(&own));
        let key = serde.rename.clone().or_else(by_rule).unwrap_or(own);
        Ok(Self { field, key, serde, config })
    }

    fn check(&self) -> syn::Result<()> {
        let Some(defaults) = &self.config.flatten else { return Ok(()) };
        if self.serde.skip || self.serde.rename.is_some() || self.config.describes_a_value() {
            let message = "a flattened table has no key, so no name, default, bounds or format of its own";
            return Err(syn::Error::new(self.field.span(), message));
        }
        let mut seen = HashSet::new();
        match defaults.iter().find(|(key, _)| !seen.insert(key.value())) {
            Some((key, _)) => Err(syn::Error::new(key.span(), "this key has two defaults")),
            None => Ok(()),
        }
    }

    pub(crate) fn is_flattened(&self) -> bool {
        self.config.flatten.is_some()
    }

    /// Returns an expression for the `schema::Field` of this field.
    pub(crate) fn entry(&self, api: &Path) -> TokenStream {
        let Self { field, key, config, .. } = self;
        let kind = &field.ty;
        let description = description(&field.attrs);
        let none = || quote!(::core::option::Option::None);
        let default = config.default_json().map_or_else(none, |json| quote!(::core::option::Option::Some(#json)));
        let required = if config.default.is_some() {
            quote!(false)
        } else {
            quote_spanned!(kind.span()=> !<#kind as #api::schema::ConfigSchema>::OPTIONAL)
        };
        let schema = self.schema(api);
        quote! {
            #api::schema::Field {
                name: #key,
                description: #description,
                required: #required,
                default: #default,
                schema: #schema,
            }
        }
    }

    /// Returns an expression for the schema of this field.
    fn schema(&self, api: &Path) -> TokenStream {
        let Self { field, config, .. } = self;
        let kind = &field.ty;
        let minimum = config.minimum.as_ref().map(|bound| quote_spanned!(kind.span()=> .with_minimum(#bound)));
        let maximum = config.maximum.as_ref().map(|bound| quote_spanned!(kind.span()=> .with_maximum(#bound)));
        let format = config.format.as_ref().map(|format| quote_spanned!(kind.span()=> .with_format(#format)));
        quote_spanned!(kind.span()=> <#kind as #api::schema::ConfigSchema>::SCHEMA #minimum #maximum #format)
    }

    /// Returns the call that reads the value of this field.
    pub(crate) fn read_value(&self, api: &Path) -> TokenStream {
        let Self { field, key, config, .. } = self;
        let (name, kind) = (&field.ident, &field.ty);
        if config.minimum.is_none() && config.maximum.is_none() {
            return quote_spanned!(kind.span()=> #api::schema::derived::read(&mut values.#name, #key, map));
        }
        let schema = self.schema(api);
        quote_spanned! {kind.span()=>
            #api::schema::derived::read_within(&mut values.#name, #key, const { &#schema }, map)
        }
    }
}
