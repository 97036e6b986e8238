//! Descriptions of a store.

use serde::{Deserialize, Serialize};

/// Description of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Store {
    /// Path or address, for messages.
    pub name: String,
    /// Canonical path of a store in the file system. The host refuses to open one path twice.
    pub path: Option<String>,
    /// True if the store outlives the process.
    pub persistent: bool,
    /// The clock of leases and quota windows.
    pub clock: StoreClock,
}

impl Store {
    /// Describes a store that ends with the process.
    pub fn temporary(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// Describes a store that outlives the process.
    pub fn persistent(name: impl Into<String>) -> Self {
        Self { persistent: true, ..Self::temporary(name) }
    }

    /// Sets the canonical path of a store in the file system.
    #[must_use]
    pub fn with_path(self, path: impl Into<String>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// Sets the clock of leases and quota windows.
    #[must_use]
    pub fn with_clock(self, clock: StoreClock) -> Self {
        Self { clock, ..self }
    }
}

/// The clock that leases and quota windows of a store are measured with (capability `coordination`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StoreClock {
    /// The store uses the clock of its server and ignores `now_ms`. Required for a store that several machines share.
    Own,
    /// The store has no clock and uses `now_ms` of each request. All users of such a store must have one clock: the
    /// processes of one machine.
    #[default]
    #[serde(other)]
    Host,
}

/// Counts and sizes of a store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct CacheStats {
    /// Number of entries.
    pub entries: u64,
    /// Size on disk or in memory in bytes, if known.
    pub bytes: Option<u64>,
    /// Names and values of further figures.
    #[serde(rename = "facts")]
    pub details: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores_of_older_and_newer_plugins_use_the_clock_of_the_host() {
        let clock =
            |text: &str| serde_json::from_str::<Store>(text).map(|store| store.clock).map_err(|e| e.to_string());
        assert_eq!(clock(r#"{"name": "a", "path": null, "persistent": true}"#), Ok(StoreClock::Host));
        assert_eq!(clock(r#"{"clock": "sundial"}"#), Ok(StoreClock::Host));
        assert_eq!(clock(r#"{"clock": "own"}"#), Ok(StoreClock::Own));
    }
}
