//! [`ConfigSchema`]: the [`Schema`] of a Rust type, and its implementations for types of the standard library.
//!
//! A schema accepts the same values as serde's `Deserialize` of the type.

use std::collections::{BTreeMap, HashMap};
use std::num::{NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize};
use std::path::PathBuf;

use super::shape::{ObjectSchema, Schema};

/// A type of a value in a plugin's config.
///
/// The derive macro of the same name supports enums of unit variants; for structs, derive
/// [`PluginConfig`](super::PluginConfig). Recursive types have no schema, because a constant cannot be infinite.
pub trait ConfigSchema {
    /// The schema of a value of this type in a config file.
    const SCHEMA: Schema;

    /// True if a field of this type may be left out without a default, as serde allows for `Option`.
    const OPTIONAL: bool = false;
}

macro_rules! integers {
    ($minimum:expr; $($integer:ty),+) => {
        $(impl ConfigSchema for $integer {
            const SCHEMA: Schema = Schema::Integer { minimum: $minimum, maximum: None };
        })+
    };
}

integers!(None; i8, i16, i32, i64, i128, isize);
integers!(Some(0); u8, u16, u32, u64, u128, usize);
integers!(Some(1); NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize);

impl ConfigSchema for bool {
    const SCHEMA: Schema = Schema::Boolean;
}

impl ConfigSchema for f32 {
    const SCHEMA: Schema = Schema::Number;
}

impl ConfigSchema for f64 {
    const SCHEMA: Schema = Schema::Number;
}

impl ConfigSchema for String {
    const SCHEMA: Schema = Schema::String { format: None };
}

impl ConfigSchema for PathBuf {
    const SCHEMA: Schema = Schema::String { format: None };
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
}

impl<T: ConfigSchema> ConfigSchema for Box<T> {
    const SCHEMA: Schema = T::SCHEMA;
    const OPTIONAL: bool = T::OPTIONAL;
}

impl<T: ConfigSchema> ConfigSchema for Vec<T> {
    const SCHEMA: Schema = Schema::Array(&T::SCHEMA);
}

impl<T: ConfigSchema> ConfigSchema for BTreeMap<String, T> {
    const SCHEMA: Schema = Schema::Map(&T::SCHEMA);
}

impl<T: ConfigSchema, S> ConfigSchema for HashMap<String, T, S> {
    const SCHEMA: Schema = Schema::Map(&T::SCHEMA);
}
