//! Defaults that are not part of a table's definition, and the default of whole tables.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Maximum of `batch.max_rows` without `batch.allow_larger`: with more rows per call, answers are worse, and a failed call
/// loses more of them.
pub const MAX_ROWS_PER_CALL: usize = 20;
/// The cache of a config that names none.
pub const CACHE_PLUGIN: &str = "lmdb";
/// The config of a command line that names none.
pub const CONFIG_FILE: &str = "rowsmith.toml";
/// The parent of the folders that plugins may write to.
pub const PLUGIN_FOLDERS: &str = ".rowsmith";

/// Returns a table with the defaults of all its keys.
///
/// # Panics
/// If a key has no default. The tables are constants of the program, and the test below covers all of them.
pub(super) fn empty_table<T: DeserializeOwned>() -> T {
    T::deserialize(Value::Object(Map::new())).expect("all keys have defaults")
}

#[cfg(test)]
mod tests {
    use crate::settings::{BatchSettings, CacheSettings, ProviderLimits, RetrySettings, RunSettings};

    #[test]
    fn tables_have_a_default_for_every_key() {
        let _: (BatchSettings, CacheSettings, ProviderLimits, RetrySettings, RunSettings) = Default::default();
    }
}
