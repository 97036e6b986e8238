//! Functions that the code of `#[derive(PluginConfig)]` calls to read a table.
//!
//! Values are read one by one from the deserializer, without a buffer, so that positions in errors stay exact.

use super::config_schema::ConfigSchema;
use super::plugin_config::PluginConfig;
use super::read_list::Reading;
use super::shape::{Field, Schema};
use crate::input::{listed, near_names};
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::forward_to_deserialize_any;
use std::fmt;
use std::marker::PhantomData;

/// Defaults that outer tables state for the keys of the tables they flatten, as pairs of key and JSON text.
#[derive(Debug, Clone, Copy)]
pub struct Defaults<'a> {
    pairs: &'a [(&'static str, &'static str)],
    outer: Option<&'a Self>,
}

impl<'a> Defaults<'a> {
    /// No defaults.
    pub const NONE: Self = Self { pairs: &[], outer: None };

    /// The defaults of `outer`, then those of `pairs`.
    pub fn within(outer: &'a Self, pairs: &'a [(&'static str, &'static str)]) -> Self {
        Self { pairs, outer: Some(outer) }
    }

    fn get(&self, key: &str) -> Option<&'static str> {
        let own = || self.pairs.iter().find(|(name, _)| *name == key).map(|(_, json)| *json);
        self.outer.and_then(|outer| outer.get(key)).or_else(own)
    }
}

/// Deserializes a table.
pub fn table<'de, T: PluginConfig, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_map(TableVisitor(PhantomData))
}

/// Reads the value of a key into its slot.
pub fn read<'de, T, A>(slot: &mut Option<T>, key: &str, map: &mut A) -> Result<(), A::Error>
where
    T: ConfigSchema,
    A: MapAccess<'de>,
{
    if slot.is_some() {
        return Err(A::Error::custom(format_args!("duplicate key `{key}`")));
    }
    let Reading(value) = map.next_value().map_err(|error| A::Error::custom(format_args!("`{key}`: {error}")))?;
    *slot = Some(value);
    Ok(())
}

/// As [`read`], for a value whose schema has bounds.
pub fn read_within<'de, T, A>(slot: &mut Option<T>, key: &str, schema: &Schema, map: &mut A) -> Result<(), A::Error>
where
    T: ConfigSchema,
    A: MapAccess<'de>,
{
    read(slot, key, map)?;
    match slot.as_ref().and_then(|value| value.violated_bound(schema)) {
        Some(bound) => Err(A::Error::custom(format_args!("`{key}` {bound}"))),
        None => Ok(()),
    }
}

/// Returns the value that was read, else the default of an outer table, else the fallback.
pub fn value_or<T: ConfigSchema, E: Error>(
    value: Option<T>,
    key: &str,
    defaults: &Defaults<'_>,
    fallback: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    match (value, defaults.get(key)) {
        (Some(value), _) => Ok(value),
        (None, Some(json)) => default(key, json),
        (None, None) => fallback(),
    }
}

/// Reads a default from its JSON text.
pub fn default<T: ConfigSchema, E: Error>(key: &str, json: &str) -> Result<T, E> {
    let value = serde_json::from_str::<Reading<T>>(json).map(|value| value.0);
    value.map_err(|error| E::custom(format_args!("invalid default of `{key}`: {error}")))
}

/// The value of a key that is absent and has no default: `None` for an `Option`, an error for every other type.
pub fn absent<T: ConfigSchema, E: Error>(key: &str) -> Result<T, E> {
    T::read_config(Absent { key, error: PhantomData })
}

struct TableVisitor<T>(PhantomData<T>);

impl<'de, T: PluginConfig> Visitor<'de> for TableVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut values = T::Values::default();
        while let Some(key) = map.next_key::<String>()? {
            if !T::accept(&mut values, &key, &mut map)? {
                return Err(unknown_key(&key, T::FIELDS));
            }
        }
        T::finish(values, &Defaults::NONE)
    }
}

fn unknown_key<E: Error>(key: &str, fields: &[Field]) -> E {
    let known = || fields.iter().map(|field| field.name.to_owned());
    let near = near_names(key, known());
    if near.is_empty() {
        let known: Vec<String> = known().collect();
        E::custom(format_args!("unknown key `{key}`, expected one of: {}", listed(&known)))
    } else {
        E::custom(format_args!("unknown key `{key}`; did you mean {}?", listed(&near)))
    }
}

/// Deserializes to `None`; every other type is an error about the missing key.
struct Absent<'a, E> {
    key: &'a str,
    error: PhantomData<E>,
}

impl<'de, E: Error> Deserializer<'de> for Absent<'_, E> {
    type Error = E;

    fn deserialize_any<V: Visitor<'de>>(self, _visitor: V) -> Result<V::Value, E> {
        Err(E::custom(format_args!("missing key `{}`", self.key)))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, E> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}
