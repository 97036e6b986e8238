//! The attribute `#[config(...)]` of a type or a field.

use quote::quote;
use syn::ext::IdentExt;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{Attribute, LitStr, Path, Token, parenthesized, token};

use crate::literal;

/// `#[config(...)]` on a type.
pub(crate) struct TypeConfig {
    /// Path of the plugin API.
    pub(crate) api: Path,
}

/// `#[config(...)]` on a field.
#[derive(Default)]
pub(crate) struct FieldConfig {
    pub(crate) default: Option<DefaultValue>,
    /// Bounds, as JSON text.
    pub(crate) minimum: Option<String>,
    pub(crate) maximum: Option<String>,
    pub(crate) format: Option<LitStr>,
    /// For a flattened table: the defaults that replace those of its own keys, as pairs of key and JSON text.
    pub(crate) flatten: Option<Vec<(LitStr, String)>>,
}

/// The value of a key that is left out.
pub(crate) enum DefaultValue {
    /// `Default::default()` of the field's type.
    OfType,
    /// A literal, as JSON text.
    Json(String),
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
                "default" if read.default.is_some() => {
                    return Err(meta.error("the field has a default already: remove one of them"));
                }
                "default" => read.default = Some(default_value(meta)?),
                "min" => read.minimum = Some(literal::bound(meta.value()?)?),
                "max" => read.maximum = Some(literal::bound(meta.value()?)?),
                "format" => read.format = Some(meta.value()?.parse()?),
                "flatten" => read.flatten = Some(inner_defaults(meta)?),
                _ => return Err(unknown(meta, "a field takes `default`, `min`, `max`, `format` and `flatten`")),
            }
            Ok(())
        })?;
        Ok(read)
    }

    /// Returns whether anything besides `flatten` is set.
    pub(crate) fn describes_a_value(&self) -> bool {
        self.default.is_some() || self.minimum.is_some() || self.maximum.is_some() || self.format.is_some()
    }

    /// The attribute that states the default, as it is written.
    pub(crate) fn default_attribute(&self) -> Option<String> {
        match self.default.as_ref()? {
            DefaultValue::OfType => Some("#[config(default)]".to_owned()),
            DefaultValue::Json(json) => Some(format!("#[config(default = {json})]")),
        }
    }

    /// The documented default, as JSON text.
    pub(crate) fn default_json(&self) -> Option<&str> {
        match &self.default {
            Some(DefaultValue::Json(json)) => Some(json),
            _ => None,
        }
    }
}

/// A variant takes no attribute beyond serde's.
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

/// `default`, or `default = LITERAL`.
fn default_value(meta: &ParseNestedMeta<'_>) -> syn::Result<DefaultValue> {
    if meta.input.peek(Token![=]) {
        literal::json(meta.value()?).map(DefaultValue::Json)
    } else {
        Ok(DefaultValue::OfType)
    }
}

/// `flatten`, or `flatten(KEY = LITERAL, ...)`; a key may be a string literal.
fn inner_defaults(meta: &ParseNestedMeta<'_>) -> syn::Result<Vec<(LitStr, String)>> {
    if !meta.input.peek(token::Paren) {
        return Ok(Vec::new());
    }
    let content;
    parenthesized!(content in meta.input);
    Ok(content.parse_terminated(inner_default, Token![,])?.into_iter().collect())
}

fn inner_default(input: ParseStream<'_>) -> syn::Result<(LitStr, String)> {
    let key = literal::key(input)?;
    input.parse::<Token![=]>()?;
    Ok((key, literal::json(input)?))
}
