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

/// A `Schema::Object` with the given description. A unit struct has no fields.
pub(crate) fn schema(
    api: &Path,
    description: &str,
    container: &SerdeAttribute,
    fields: Option<&FieldsNamed>,
) -> syn::Result<TokenStream> {
    let mut names = HashSet::new();
    let mut entries = Vec::new();
    for field in fields.into_iter().flat_map(|fields| &fields.named) {
        let serde = SerdeAttribute::read(&field.attrs)?;
        let config = FieldConfig::read(&field.attrs)?;
        if serde.skip {
            continue;
        }
        let name = name(field, &serde, container);
        let optional = may_be_left_out(api, field, &serde, container);
        entries.push(entry(api, field, &name, &config, &optional));
        if !names.insert(name.clone()) {
            return Err(syn::Error::new(field.span(), format!("`{name}` is the name of another field too")));
        }
    }
    Ok(quote! {
        #api::schema::Schema::Object(&#api::schema::ObjectSchema {
            description: #description,
            fields: &[#(#entries),*],
        })
    })
}

fn name(field: &Field, serde: &SerdeAttribute, container: &SerdeAttribute) -> String {
    let own = field.ident.as_ref().map(|ident| ident.unraw().to_string()).unwrap_or_default();
    let by_rule = || container.rename_all.map(|case| case.field(&own));
    serde.rename.clone().or_else(by_rule).unwrap_or(own)
}

/// Whether serde fills the field in. For `Option` only its type knows, as it may have another name.
fn may_be_left_out(api: &Path, field: &Field, serde: &SerdeAttribute, container: &SerdeAttribute) -> TokenStream {
    let kind = &field.ty;
    if serde.default || container.default {
        quote!(true)
    } else if serde.own_function {
        quote!(false)
    } else {
        quote_spanned!(kind.span()=> <#kind as #api::schema::ConfigSchema>::OPTIONAL)
    }
}

fn entry(api: &Path, field: &Field, name: &str, config: &FieldConfig, may_be_left_out: &TokenStream) -> TokenStream {
    let kind = &field.ty;
    let description = description(&field.attrs);
    let default = config
        .default
        .as_ref()
        .map_or_else(|| quote!(::core::option::Option::None), |json| quote!(::core::option::Option::Some(#json)));
    let minimum = config.minimum.map(|bound| quote_spanned!(kind.span()=> .with_minimum(#bound)));
    let maximum = config.maximum.map(|bound| quote_spanned!(kind.span()=> .with_maximum(#bound)));
    let format = config.format.as_ref().map(|format| quote_spanned!(kind.span()=> .with_format(#format)));
    let schema = quote_spanned!(kind.span()=> <#kind as #api::schema::ConfigSchema>::SCHEMA #minimum #maximum #format);
    quote! {
        #api::schema::Field {
            name: #name,
            description: #description,
            required: !(#may_be_left_out),
            default: #default,
            schema: #schema,
        }
    }
}
