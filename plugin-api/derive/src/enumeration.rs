//! The schema of an enum: the names of its unit variants.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt;
use syn::{DataEnum, DeriveInput, Fields, Path, Variant};

use crate::config_attribute::refuse_on_variant;
use crate::expand::UNSUPPORTED;
use crate::serde_attribute::SerdeAttribute;

/// Returns a `Schema::Enum` of the names that serde reads the variants from.
pub(crate) fn schema(
    api: &Path,
    input: &DeriveInput,
    container: &SerdeAttribute,
    data: &DataEnum,
) -> syn::Result<TokenStream> {
    let mut names = Vec::new();
    for variant in &data.variants {
        let serde = SerdeAttribute::read(&variant.attrs)?;
        refuse_on_variant(&variant.attrs)?;
        if serde.skip {
            continue;
        }
        if !matches!(variant.fields, Fields::Unit) {
            return Err(syn::Error::new(variant.ident.span(), UNSUPPORTED));
        }
        names.push(name(variant, &serde, container));
    }
    if names.is_empty() {
        return Err(syn::Error::new(input.ident.span(), UNSUPPORTED));
    }
    Ok(quote!(#api::schema::Schema::Enum(&[#(#names),*])))
}

fn name(variant: &Variant, serde: &SerdeAttribute, container: &SerdeAttribute) -> String {
    let own = variant.ident.unraw().to_string();
    let by_rule = || container.rename_all.map(|case| case.variant(&own));
    serde.rename.clone().or_else(by_rule).unwrap_or(own)
}
