//! The attribute `#[serde(...)]` of a type, a field or a variant.
//!
//! The derives honour four of serde's attributes. Every other one is an error: it would have no effect, or the schema
//! would differ from the accepted values.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, LitStr, Token};

use crate::case::Case;

/// Serde's attributes of a type, a field or a variant.
#[derive(Default)]
pub(crate) struct SerdeAttribute {
    /// The name that replaces the item's own name.
    pub(crate) rename: Option<String>,
    /// The notation of the names inside the type.
    pub(crate) rename_all: Option<Case>,
    /// True if the item is never read.
    pub(crate) skip: bool,
    /// Name of the key that names the variant of an enum.
    pub(crate) tag: Option<LitStr>,
    /// Place of a default, which `#[config(default)]` states.
    default: Option<Span>,
}

impl SerdeAttribute {
    /// Reads the attribute of a type or a variant.
    pub(crate) fn read(attributes: &[Attribute]) -> syn::Result<Self> {
        let read = Self::read_all(attributes)?;
        read.refuse_default(None)?;
        Ok(read)
    }

    /// Reads the attribute of a field, whose default is stated by another attribute, if it has one.
    pub(crate) fn of_field(attributes: &[Attribute], default_attribute: Option<&str>) -> syn::Result<Self> {
        let read = Self::read_all(attributes)?;
        read.refuse_default(default_attribute)?;
        read.refuse_tag("a field has no tag")?;
        Ok(read)
    }

    fn read_all(attributes: &[Attribute]) -> syn::Result<Self> {
        let mut read = Self::default();
        for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("serde")) {
            attribute.parse_nested_meta(|meta| read.take(&meta))?;
        }
        Ok(read)
    }

    /// Returns an error if there is a tag.
    pub(crate) fn refuse_tag(&self, message: &str) -> syn::Result<()> {
        self.tag.as_ref().map_or(Ok(()), |tag| Err(syn::Error::new(tag.span(), message)))
    }

    /// One statement serves the schema and the deserialization, so serde's own default is refused.
    fn refuse_default(&self, default_attribute: Option<&str>) -> syn::Result<()> {
        let Some(span) = self.default else { return Ok(()) };
        let message = match default_attribute {
            Some(other) => format!("remove `#[serde(default)]`: `{other}` already states the default"),
            None => "write `#[config(default)]` or `#[config(default = LITERAL)]` on a field".to_owned(),
        };
        Err(syn::Error::new(span, message))
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
            "tag" => self.tag = Some(meta.value()?.parse()?),
            "default" => {
                self.default = Some(meta.path.span());
                if meta.input.peek(Token![=]) {
                    meta.value()?.parse::<LitStr>()?;
                }
            }
            other => return Err(meta.error(advice(other))),
        }
        Ok(())
    }
}

fn advice(name: &str) -> String {
    match name {
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
