//! The items that earlier runs have exported.

use rowsmith_plugin_api::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind as IoErrorKind;

const FILE: &str = "items.json";

/// The ids of exported items, by the address of their feed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Bookmark(BTreeMap<String, BTreeSet<String>>);

impl Bookmark {
    /// Reads the bookmark of the last complete run; empty before the first one.
    pub(crate) async fn read(host: &Host) -> Result<Self> {
        let path = host.state_dir().await?.join(FILE);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == IoErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(Error::io("read", path, &error)),
        }
    }

    /// Adds an item. Returns false if it was there.
    pub(crate) fn add(&mut self, feed: &str, id: &str) -> bool {
        self.0.entry(feed.to_owned()).or_default().insert(id.to_owned())
    }

    /// Writes the bookmark. The host keeps it if the run is complete.
    pub(crate) async fn write(&self, host: &Host) -> Result<()> {
        let path = host.state_dir().await?.join(FILE);
        std::fs::write(&path, serde_json::to_vec(self)?).map_err(|error| Error::io("write", path, &error))
    }
}
