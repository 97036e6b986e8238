//! Reads items of lists and maps as configs write them.

use super::config_schema::ConfigSchema;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use std::fmt;
use std::marker::PhantomData;

/// A value that serde reads with [`ConfigSchema::read_config`].
pub(super) struct Reading<T>(pub(super) T);

impl<'de, T: ConfigSchema> Deserialize<'de> for Reading<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read_config(deserializer).map(Self)
    }
}

/// Reads a list of exactly `N` items.
pub(super) fn array<'de, T: ConfigSchema, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
) -> Result<[T; N], D::Error> {
    deserializer.deserialize_tuple(N, ArrayVisitor(PhantomData))
}

struct ArrayVisitor<T, const N: usize>(PhantomData<T>);

impl<'de, T: ConfigSchema, const N: usize> Visitor<'de> for ArrayVisitor<T, N> {
    type Value = [T; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of {N} items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<[T; N], A::Error> {
        let mut items = Vec::with_capacity(N);
        while let Some(Reading(item)) = list.next_element()? {
            items.push(item);
        }
        items.try_into().map_err(|items: Vec<T>| A::Error::invalid_length(items.len(), &self))
    }
}
