//! The attribute `#[serde(...)]` of a type, a field or a variant.
//!
//! The derives honour three of serde's attributes. Every other one is an error: it would have no effect, or the schema
//! would differ from the accepted values.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, LitStr, Token};

use crate::case::Case;

/// Serde's attributes of a type, a field or a variant.
#[derive(Debug, Default)]
pub(crate) struct SerdeAttribute {
    /// The name that replaces the item's own name.
    pub(crate) rename: Option<String>,
    /// The notation of the names inside the type.
    pub(crate) rename_all: Option<Case>,
    /// True if the item is never read.
    pub(crate) skip: bool,
}

impl SerdeAttribute {
    pub(crate) fn read(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut read = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| read.take(&meta))?;
        }
        Ok(read)
    }

    fn take(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let name = meta.path.get_ident().map(ToString::to_string).unwrap_or_default();
        match name.as_str() {
            "rename" => self.rename = for_deserialize(meta)?.map(|name| name.value()).or(self.rename.take()),
            "rename_all" => {
                if let Some(rule) = for_deserialize(meta)? {
                    self.rename_all = Some(Case::parse(&rule)?);
                }
            }
            "skip" => self.skip = true,
            other => return Err(meta.error(advice(other))),
        }
        Ok(())
    }
}

fn advice(name: &str) -> String {
    match name {
        "default" => "write `#[config(default)]` or `#[config(default = LITERAL)]`".to_owned(),
        "flatten" => "write `#[config(flatten)]`".to_owned(),
        "deny_unknown_fields" => "remove `deny_unknown_fields`: unknown keys are always rejected".to_owned(),
        _ => format!("`#[serde({name})]` is not supported: the schema would differ from the accepted values"),
    }
}

/// `= "name"`, or the `deserialize` part of `(serialize = "...", deserialize = "name")`.
fn for_deserialize(meta: &ParseNestedMeta<'_>) -> syn::Result<Option<LitStr>> {
    if meta.input.peek(Token![=]) {
        return meta.value()?.parse().map(Some);
    }
    let mut found = None;
    meta.parse_nested_meta(|part| {
        let value = part.value()?.parse()?;
        if part.path.is_ident("deserialize") {
            found = Some(value);
        }
        Ok(())
    })?;
    Ok(found)
}
