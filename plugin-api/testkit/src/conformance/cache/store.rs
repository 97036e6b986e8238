//! A store under test, with calls that fail the check.

use crate::conformance::assertion::{CheckResult, ensure, expect_ok, suite_step};
use crate::conformance::own_place::is_shared;
use crate::conformance::plugin_under_test::{OpenPlugin, PluginUnderTest, TestFolder};
use rowsmith_plugin_api::bridge::client::CacheClient;
use rowsmith_plugin_api::cache::Key;

/// Returns a key of a group. The keys of a group differ in their last bytes only.
pub(super) fn key(group: u8, number: u32) -> Key {
    let mut key = [group; 32];
    key[28..].copy_from_slice(&number.to_be_bytes());
    key
}

/// Returns a value that names its key and its writer, so that a misplaced value is noticed.
pub(super) fn value(key: &Key, writer: u8) -> Vec<u8> {
    let mut value = key.to_vec();
    value.push(writer);
    // Long enough that a store needs several pages.
    value.resize(200, writer);
    value
}

/// An open store in its folder.
pub(super) struct StoreUnderTest {
    pub(super) client: CacheClient,
    opened: OpenPlugin,
    folder: TestFolder,
}

impl StoreUnderTest {
    /// Opens an empty store: one in a new folder, or the shared one without the entries of earlier checks.
    pub(super) fn new(plugin: &PluginUnderTest) -> CheckResult<Self> {
        let store = Self::open(plugin, plugin.test_folder()?)?;
        let about = expect_ok("asking for the name of the store", store.client.store())?;
        if is_shared(plugin, &store.folder, &about) {
            expect_ok("clearing", store.client.clear())?;
        }
        Ok(store)
    }

    pub(super) fn open(plugin: &PluginUnderTest, folder: TestFolder) -> CheckResult<Self> {
        let opened = plugin.open(&folder, &plugin.host(&folder))?;
        Ok(Self { client: CacheClient(opened.remote.clone()), opened, folder })
    }

    /// Closes the store and returns its folder.
    pub(super) fn close(self) -> TestFolder {
        let Self { client, opened, folder } = self;
        drop((client, opened));
        folder
    }

    pub(super) fn put(&self, entries: &[(Key, Vec<u8>)]) -> CheckResult {
        expect_ok("putting values", self.client.put_many(entries))
    }

    pub(super) fn get(&self, keys: &[Key]) -> CheckResult<Vec<Option<Vec<u8>>>> {
        let values = expect_ok("getting values", self.client.get_many(keys))?;
        let values = suite_step("reading values", values.all())?;
        Ok(values.into_iter().map(|value| value.map(<[u8]>::to_vec)).collect())
    }

    /// Fails unless the store has these values.
    pub(super) fn expect(&self, when: &str, entries: &[(Key, Vec<u8>)]) -> CheckResult {
        let keys: Vec<Key> = entries.iter().map(|(key, _)| *key).collect();
        for ((key, expected), found) in entries.iter().zip(self.get(&keys)?) {
            ensure(found.as_deref() == Some(expected), || match found {
                None => format!("{when}, the key {} has no value", short(key)),
                Some(_) => format!("{when}, the key {} has another value than was put", short(key)),
            })?;
        }
        Ok(())
    }

    /// Fails unless the store has none of these keys.
    pub(super) fn expect_none(&self, when: &str, keys: &[Key]) -> CheckResult {
        for (key, found) in keys.iter().zip(self.get(keys)?) {
            ensure(found.is_none(), || format!("{when}, the key {} has a value", short(key)))?;
        }
        Ok(())
    }
}

/// First and last bytes of a key.
fn short(key: &Key) -> String {
    let [first, .., a, b, c, d] = key;
    format!("{first:02x}…{a:02x}{b:02x}{c:02x}{d:02x}")
}
