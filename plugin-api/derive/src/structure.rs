//! The schema of a struct: an object with one property per field that is read.

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
    /// Reads all fields; those that serde skips are included.
    pub(crate) fn read_all(container: &SerdeAttribute, fields: Option<&'a FieldsNamed>) -> syn::Result<Vec<Self>> {
        let mut names = HashSet::new();
        let mut read = Vec::new();
        for field in fields.into_iter().flat_map(|fields| &fields.named) {
            let field = Self::read(container, field)?;
            let is_key = !field.serde.skip && field.config.flatten.is_none();
            if is_key && !names.insert(field.key.clone()) {
                let message = format!("`{}` is the name of another field too", field.key);
                return Err(syn::Error::new(field.field.span(), message));
            }
            read.push(field);
        }
        Ok(read)
    }

    fn read(container: &SerdeAttribute, field: &'a Field) -> syn::Result<Self> {
        let serde = SerdeAttribute::read(&field.attrs)?;
        let config = FieldConfig::read(&field.attrs)?;
        let own = field.ident.as_ref().map(|ident| ident.unraw().to_string()).unwrap_or_default();
        let by_rule = || container.rename_all.map(|case| case.field(&own));
        let key = serde.rename.clone().or_else(by_rule).unwrap_or(own);
        Ok(Self { field, key, serde, config })
    }

    /// Returns the `schema::Field` of this field.
    pub(crate) fn entry(&self, api: &Path, default: Option<&str>, may_be_left_out: &TokenStream) -> TokenStream {
        let Self { field, key, config, .. } = self;
        let kind = &field.ty;
        let description = description(&field.attrs);
        let none = || quote!(::core::option::Option::None);
        let default = default.map_or_else(none, |json| quote!(::core::option::Option::Some(#json)));
        let minimum = config.minimum.map(|bound| quote_spanned!(kind.span()=> .with_minimum(#bound)));
        let maximum = config.maximum.map(|bound| quote_spanned!(kind.span()=> .with_maximum(#bound)));
        let format = config.format.as_ref().map(|format| quote_spanned!(kind.span()=> .with_format(#format)));
        let schema =
            quote_spanned!(kind.span()=> <#kind as #api::schema::ConfigSchema>::SCHEMA #minimum #maximum #format);
        quote! {
            #api::schema::Field {
                name: #key,
                description: #description,
                required: !(#may_be_left_out),
                default: #default,
                schema: #schema,
            }
        }
    }
}

/// Returns a `Schema::Object` with the given description. A unit struct has no fields.
pub(crate) fn schema(
    api: &Path,
    description: &str,
    container: &SerdeAttribute,
    fields: Option<&FieldsNamed>,
) -> syn::Result<TokenStream> {
    let mut entries = Vec::new();
    for field in ConfigField::read_all(container, fields)?.iter().filter(|field| !field.serde.skip) {
        if field.config.flatten.is_some() {
            let message = "`flatten` needs `#[derive(PluginConfig)]` in place of `Deserialize` and `ConfigSchema`";
            return Err(syn::Error::new(field.field.span(), message));
        }
        let default = match &field.config.default {
            Some(default) => Some(default.written_json()?.ok_or_else(|| {
                let message = "`default` without a value needs `#[derive(PluginConfig)]`";
                syn::Error::new(field.field.span(), message)
            })?),
            None => None,
        };
        entries.push(field.entry(api, default.as_deref(), &may_be_left_out(api, field, container)));
    }
    Ok(quote! {
        #api::schema::Schema::Object(&#api::schema::ObjectSchema {
            description: #description,
            fields: &[#(#entries),*],
        })
    })
}

/// Returns an expression that is true if serde fills in the field. `Option` is known by its type, which may be an alias.
fn may_be_left_out(api: &Path, field: &ConfigField<'_>, container: &SerdeAttribute) -> TokenStream {
    let kind = &field.field.ty;
    if field.serde.default || container.default {
        quote!(true)
    } else if field.serde.own_function {
        quote!(false)
    } else {
        quote_spanned!(kind.span()=> <#kind as #api::schema::ConfigSchema>::OPTIONAL)
    }
}
