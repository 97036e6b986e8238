//! [`ConfigSchema`]: the [`Schema`] of a Rust type, and its implementations for types of the standard library.
//!
//! A schema accepts the same values as the type's [`ConfigSchema::read_config`].

use super::read_duration::DurationVisitor;
use super::read_list::{self, Reading};
use super::shape::{ObjectSchema, Schema};
use super::violated;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};
use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::num::{NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

/// A type of a value in a plugin's config.
///
/// The derive macro of the same name supports enums of unit variants; for structs and for enums whose variants have
/// fields, derive [`PluginConfig`](super::PluginConfig). Recursive types have no schema, because a constant cannot be
/// infinite.
pub trait ConfigSchema: DeserializeOwned {
    /// The schema of a value of this type in a config file.
    const SCHEMA: Schema;

    /// True if a field of this type may be left out without a default, as serde allows for `Option`.
    const OPTIONAL: bool = false;

    /// Reads a value as configs write it: a [`Duration`] as text with units, every other type as serde does.
    #[doc(hidden)]
    fn read_config<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize(deserializer)
    }

    /// Returns the bound of the schema that the value violates, in words. Only numbers and durations have bounds.
    #[doc(hidden)]
    fn violated_bound(&self, _schema: &Schema) -> Option<String> {
        None
    }
}

macro_rules! integers {
    ($minimum:expr; $($integer:ty),+; $value:expr) => {
        $(impl ConfigSchema for $integer {
            const SCHEMA: Schema = Schema::Integer { minimum: $minimum, maximum: None };

            fn violated_bound(&self, schema: &Schema) -> Option<String> {
                let value: fn(Self) -> i128 = $value;
                violated::by_integer(value(*self), schema)
            }
        })+
    };
}

integers!(None; i8, i16, i32, i64, i128; i128::from);
integers!(None; isize; |value| i128::try_from(value).unwrap_or(i128::MAX));
integers!(Some(0); u8, u16, u32, u64; i128::from);
integers!(Some(0); u128, usize; |value| i128::try_from(value).unwrap_or(i128::MAX));
integers!(Some(1); NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64; |value| i128::from(value.get()));
integers!(Some(1); NonZeroU128, NonZeroUsize; |value| i128::try_from(value.get()).unwrap_or(i128::MAX));

impl ConfigSchema for bool {
    const SCHEMA: Schema = Schema::Boolean;
}

impl ConfigSchema for f32 {
    const SCHEMA: Schema = Schema::Number { minimum: None, maximum: None };

    fn violated_bound(&self, schema: &Schema) -> Option<String> {
        violated::by_number(f64::from(*self), schema)
    }
}

impl ConfigSchema for f64 {
    const SCHEMA: Schema = Schema::Number { minimum: None, maximum: None };

    fn violated_bound(&self, schema: &Schema) -> Option<String> {
        violated::by_number(*self, schema)
    }
}

/// Text with units, such as `30s` and `1m 30s`.
impl ConfigSchema for Duration {
    const SCHEMA: Schema = Schema::Duration { minimum: None, maximum: None };

    fn read_config<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(DurationVisitor)
    }

    fn violated_bound(&self, schema: &Schema) -> Option<String> {
        violated::by_duration(*self, schema)
    }
}

impl ConfigSchema for String {
    const SCHEMA: Schema = Schema::String { format: None };
}

impl ConfigSchema for PathBuf {
    const SCHEMA: Schema = Schema::String { format: Some("path") };
}

impl ConfigSchema for () {
    const SCHEMA: Schema = Schema::Object(&ObjectSchema { description: "", fields: &[] });
}

impl ConfigSchema for serde_json::Value {
    const SCHEMA: Schema = Schema::Any;
}

impl ConfigSchema for serde_json::Map<String, serde_json::Value> {
    const SCHEMA: Schema = Schema::Map(&Schema::Any);
}

/// Config files have no null, so an option has the schema of its content.
impl<T: ConfigSchema> ConfigSchema for Option<T> {
    const SCHEMA: Schema = T::SCHEMA;
    const OPTIONAL: bool = true;

    fn read_config<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<Reading<T>>::deserialize(deserializer)?.map(|value| value.0))
    }

    fn violated_bound(&self, schema: &Schema) -> Option<String> {
        self.as_ref()?.violated_bound(schema)
    }
}

impl<T: ConfigSchema> ConfigSchema for Box<T> {
    const SCHEMA: Schema = T::SCHEMA;
    const OPTIONAL: bool = T::OPTIONAL;

    fn read_config<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::read_config(deserializer).map(Self::new)
    }

    fn violated_bound(&self, schema: &Schema) -> Option<String> {
        T::violated_bound(self, schema)
    }
}

impl<T: ConfigSchema> ConfigSchema for Vec<T> {
    const SCHEMA: Schema = Schema::Array(&T::SCHEMA);

    fn read_config<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let items = Vec::<Reading<T>>::deserialize(deserializer)?;
        Ok(items.into_iter().map(|item| item.0).collect())
    }
}

/// A list of exactly `N` items.
impl<T: ConfigSchema, const N: usize> ConfigSchema for [T; N]
where
    Self: DeserializeOwned,
{
    const SCHEMA: Schema = Schema::FixedArray { items: &T::SCHEMA, length: N };

    fn read_config<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_list::array(deserializer)
    }
}

macro_rules! tuples {
    ($(($($item:ident $index:tt),+))+) => {
        $(
            /// A list with one value for each item.
            impl<$($item: ConfigSchema),+> ConfigSchema for ($($item,)+) {
                const SCHEMA: Schema = Schema::Tuple(&[$($item::SCHEMA),+]);

                fn read_config<'de, De: Deserializer<'de>>(deserializer: De) -> Result<Self, De::Error> {
                    let items = <($(Reading<$item>,)+)>::deserialize(deserializer)?;
                    Ok(($(items.$index.0,)+))
                }
            }
        )+
    };
}

tuples! {
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
}

impl<T: ConfigSchema> ConfigSchema for BTreeMap<String, T> {
    const SCHEMA: Schema = Schema::Map(&T::SCHEMA);

    fn read_config<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = BTreeMap::<String, Reading<T>>::deserialize(deserializer)?;
        Ok(entries.into_iter().map(|(name, value)| (name, value.0)).collect())
    }
}

impl<T: ConfigSchema, S: BuildHasher + Default> ConfigSchema for HashMap<String, T, S> {
    const SCHEMA: Schema = Schema::Map(&T::SCHEMA);

    fn read_config<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let entries = HashMap::<String, Reading<T>>::deserialize(deserializer)?;
        Ok(entries.into_iter().map(|(name, value)| (name, value.0)).collect())
    }
}
