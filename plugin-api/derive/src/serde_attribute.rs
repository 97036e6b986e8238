//! The attribute `#[serde(...)]` of a type, a field or a variant.
//!
//! Attributes that the schema cannot describe are errors; attributes that do not change the accepted configs are
//! skipped.

use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{Attribute, LitStr, Token};

use crate::case::Case;

/// Serde's attributes of a type, a field or a variant.
#[derive(Debug, Default)]
pub(crate) struct SerdeAttribute {
    /// The name that replaces the item's own name.
    pub(crate) rename: Option<String>,
    /// The notation of the names inside the type.
    pub(crate) rename_all: Option<Case>,
    /// True if serde fills in missing values.
    pub(crate) default: bool,
    /// True if the item is never read.
    pub(crate) skip: bool,
    /// True if a custom function reads the field; then an `Option` may not be left out.
    pub(crate) own_function: bool,
}

/// Attributes with which the derived schema would reject a valid config or accept an invalid one.
const NOT_DESCRIBABLE: [&str; 11] = [
    "flatten",
    "untagged",
    "tag",
    "content",
    "transparent",
    "from",
    "try_from",
    "alias",
    "other",
    "remote",
    "rename_all_fields",
];

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
            "default" => {
                self.default = true;
                pass_over(meta.input)?;
            }
            "skip" | "skip_deserializing" => self.skip = true,
            "deserialize_with" | "with" => {
                self.own_function = true;
                pass_over(meta.input)?;
            }
            other if NOT_DESCRIBABLE.contains(&other) => {
                return Err(meta.error(format!("ConfigSchema cannot describe what `#[serde({other})]` accepts")));
            }
            _ => pass_over(meta.input)?,
        }
        Ok(())
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

/// Skips the value of an attribute, up to the next comma.
pub(crate) fn pass_over(input: ParseStream<'_>) -> syn::Result<()> {
    while !input.is_empty() && !input.peek(Token![,]) {
        input.parse::<proc_macro2::TokenTree>()?;
    }
    Ok(())
}
