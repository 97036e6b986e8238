//! Functions that the code of `#[derive(PluginConfig)]` calls to read an enum: a table whose tag names the variant.

use super::plugin_config::PluginConfig;
use super::read_table::table;
use crate::input::{listed, near_names};
use serde::de::value::MapDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// The entries of a table without its tag, and the variant that the tag names.
#[derive(Debug)]
pub struct TaggedTable {
    /// Index of the variant.
    pub variant: usize,
    entries: Vec<(String, Value)>,
}

/// Reads a table up to the keys of its variant. The tag may stand at any place, so the values before it are kept.
pub fn tagged_table<'de, D: Deserializer<'de>>(
    deserializer: D,
    tag: &'static str,
    variants: &'static [&'static str],
) -> Result<TaggedTable, D::Error> {
    deserializer.deserialize_map(TaggedVisitor { tag, variants })
}

impl TaggedTable {
    /// Returns the error for an index that no variant has.
    pub fn unknown<E: Error>(&self) -> E {
        E::custom(format_args!("unknown variant {}", self.variant))
    }

    /// Reads the keys of the variant.
    pub fn read<T: PluginConfig, E: Error>(self) -> Result<T, E> {
        let entries = MapDeserializer::<_, serde_json::Error>::new(self.entries.into_iter());
        table(entries).map_err(E::custom)
    }
}

struct TaggedVisitor {
    tag: &'static str,
    variants: &'static [&'static str],
}

impl TaggedVisitor {
    fn variant<E: Error>(&self, name: Value) -> Result<usize, E> {
        let tag = self.tag;
        let Value::String(name) = name else {
            return Err(E::custom(format_args!("`{tag}` is no text, expected one of: {}", self.names())));
        };
        let known = self.variants.iter().position(|variant| *variant == name);
        known.ok_or_else(|| {
            let near = near_names(&name, self.variants.iter().map(|&variant| variant.to_owned()));
            if near.is_empty() {
                E::custom(format_args!("unknown value `{name}` of `{tag}`, expected one of: {}", self.names()))
            } else {
                E::custom(format_args!("unknown value `{name}` of `{tag}`; did you mean {}?", listed(&near)))
            }
        })
    }

    fn names(&self) -> String {
        listed(&self.variants.iter().map(|&variant| variant.to_owned()).collect::<Vec<_>>())
    }
}

impl<'de> Visitor<'de> for TaggedVisitor {
    type Value = TaggedTable;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a table with the key `{}`", self.tag)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<TaggedTable, A::Error> {
        let mut name = None;
        let mut entries: Vec<(String, Value)> = Vec::new();
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            if key != self.tag {
                entries.push((key, value));
            } else if name.replace(value).is_some() {
                return Err(A::Error::custom(format_args!("duplicate key `{key}`")));
            }
        }
        let missing = || A::Error::custom(format_args!("missing key `{}`, one of: {}", self.tag, self.names()));
        let variant = self.variant(name.ok_or_else(missing)?)?;
        Ok(TaggedTable { variant, entries })
    }
}
