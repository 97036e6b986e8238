//! What `#[config(...)]` says about a type or a field.

use quote::quote;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{Attribute, LitInt, LitStr, Path, Token};

use crate::json::is_json;

/// `#[config(...)]` on a type.
pub(crate) struct TypeConfig {
    /// Where the plugin API is to be found.
    pub(crate) api: Path,
}

/// `#[config(...)]` on a field.
#[derive(Default)]
pub(crate) struct FieldConfig {
    /// The documented default, as JSON text.
    pub(crate) default: Option<LitStr>,
    pub(crate) minimum: Option<i64>,
    pub(crate) maximum: Option<i64>,
    pub(crate) format: Option<LitStr>,
}

impl TypeConfig {
    pub(crate) fn read(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut api = syn::parse2(quote!(::rowsmith_plugin_api))?;
        each_option(attributes, |name, meta| {
            match name {
                "crate" => api = meta.value()?.parse::<LitStr>()?.parse_with(Path::parse_mod_style)?,
                _ => return Err(unknown(meta, "a type takes `crate`")),
            }
            Ok(())
        })?;
        Ok(Self { api })
    }
}

impl FieldConfig {
    pub(crate) fn read(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut read = Self::default();
        each_option(attributes, |name, meta| {
            match name {
                "default" => read.default = Some(json(meta.value()?)?),
                "min" => read.minimum = Some(integer(meta.value()?)?),
                "max" => read.maximum = Some(integer(meta.value()?)?),
                "format" => read.format = Some(meta.value()?.parse()?),
                _ => return Err(unknown(meta, "a field takes `default`, `min`, `max` and `format`")),
            }
            Ok(())
        })?;
        Ok(read)
    }
}

/// Variants have nothing to say beyond their names.
pub(crate) fn refuse_on_variant(attributes: &[Attribute]) -> syn::Result<()> {
    each_option(attributes, |_, meta| Err(unknown(meta, "a variant takes none")))
}

fn each_option(
    attributes: &[Attribute],
    mut take: impl FnMut(&str, &ParseNestedMeta<'_>) -> syn::Result<()>,
) -> syn::Result<()> {
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("config")) {
        attribute.parse_nested_meta(|meta| {
            let name = meta.path.get_ident().map(|name| name.unraw().to_string()).unwrap_or_default();
            take(&name, &meta)
        })?;
    }
    Ok(())
}

fn unknown(meta: &ParseNestedMeta<'_>, allowed: &str) -> syn::Error {
    meta.error(format!("unknown `config` attribute: {allowed}"))
}

fn json(input: ParseStream<'_>) -> syn::Result<LitStr> {
    let text: LitStr = input.parse()?;
    if is_json(&text.value()) {
        return Ok(text);
    }
    Err(syn::Error::new(text.span(), r#"the default is not JSON; text needs quotes of its own, as in "\"text\"""#))
}

fn integer(input: ParseStream<'_>) -> syn::Result<i64> {
    let sign = if input.parse::<Option<Token![-]>>()?.is_some() { "-" } else { "" };
    let digits: LitInt = input.parse()?;
    format!("{sign}{}", digits.base10_digits())
        .parse()
        .map_err(|_| syn::Error::new(digits.span(), "the bound does not fit into 64 bits"))
}
