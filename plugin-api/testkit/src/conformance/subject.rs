//! The plugin under test, and how it is made.

use super::finding::{Judged, answer, done, told};
use super::watch::{Watch, Watched};
use super::worker::Worker;
use crate::FakeHost;
use crate::fake_host::{Answerer, Sinks};
use rowsmith_abi::{Buffer, Instance, PluginModuleRef};
use rowsmith_plugin_api::bridge::client::Remote;
use rowsmith_plugin_api::{Error, ErrorKind, Manifest, Result};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

/// Puts files into the fresh folder that stands for `{dir}`.
pub(super) type Prepare = dyn Fn(&Path) -> std::io::Result<()> + Send + Sync;

/// A plugin and all that its checks need.
pub(super) struct Subject {
    pub(super) manifest: Manifest,
    pub(super) module: PluginModuleRef,
    /// With `{dir}` where the folder of the moment will be.
    pub(super) config: Value,
    pub(super) answerer: Option<Arc<Answerer>>,
    pub(super) prepare: Option<Arc<Prepare>>,
    pub(super) recordings: Option<PathBuf>,
    pub(super) worker: Option<Worker>,
    pub(super) watch: Arc<Watch>,
    pub(super) sinks: Arc<Sinks>,
}

/// A fresh folder and the config that points into it.
pub(super) struct Place {
    folder: TempDir,
    pub(super) config: Value,
}

impl Place {
    /// The folder that `{dir}` stands for.
    pub(super) fn folder(&self) -> PathBuf {
        self.folder.path().join("files")
    }
}

/// A plugin that was made.
pub(super) struct Opened {
    instance: Arc<Instance>,
    /// Calls the methods of its kind.
    pub(super) remote: Remote,
}

impl Opened {
    /// Calls a method by its bare number.
    pub(super) async fn call(&self, method: u32, payload: Buffer) -> Result<Buffer> {
        Instance::call(&self.instance, method, payload).await.map_err(|bytes| Error::decode(&bytes))
    }
}

impl Subject {
    /// A fresh folder, with what the plugin's tests put into it, and the config for it.
    pub(super) fn place(&self) -> Judged<Place> {
        let folder = done("making a temporary folder", tempfile::tempdir())?;
        let files = folder.path().join("files");
        done("making a temporary folder", fs::create_dir(&files))?;
        done("making a temporary folder", fs::create_dir(folder.path().join("state")))?;
        if let Some(prepare) = &self.prepare {
            done("preparing the temporary folder", prepare(&files))?;
        }
        let config = with_folder(&self.config, &files.display().to_string());
        Ok(Place { folder, config })
    }

    /// A host for plugins of a place.
    pub(super) fn host(&self, place: &Place) -> FakeHost {
        let host = match &self.answerer {
            Some(answerer) => FakeHost::with_answerer(Arc::clone(answerer)),
            None => FakeHost::default(),
        };
        host.with_state_dir(place.folder.path().join("state")).with_sinks(Arc::clone(&self.sinks))
    }

    /// Makes the plugin with a config.
    ///
    /// # Errors
    /// The plugin's own.
    pub(super) fn open_with(&self, config: &Value, host: &FakeHost) -> Result<Opened> {
        let instance = Arc::new(self.instance(config, host).inspect_err(|error| self.watch.note(error))?);
        let watched = Watched { instance: Arc::clone(&instance), watch: Arc::clone(&self.watch) };
        Ok(Opened { instance, remote: Remote::new(Arc::new(watched)) })
    }

    /// Makes the plugin where its errors are those of a service, in words that nobody here chose.
    pub(super) fn open_unwatched(&self, config: &Value, host: &FakeHost) -> Result<Remote> {
        Ok(Remote::new(Arc::new(self.instance(config, host)?)))
    }

    fn instance(&self, config: &Value, host: &FakeHost) -> Result<Instance> {
        let config = serde_json::to_vec(config)?;
        let made = self.module.instantiate(Buffer::from(config), host.handle());
        made.map_err(|bytes| Error::decode(&bytes))
    }

    /// Makes the plugin in a place; when that fails, so does the check.
    pub(super) fn open(&self, place: &Place, host: &FakeHost) -> Judged<Opened> {
        answer("making the plugin with the suite's config", std::future::ready(self.open_with(&place.config, host)))
    }

    /// The kind of error that a config leads to, with the error in words; `None` when the plugin takes it.
    pub(super) fn refusal(&self, config: &Value, place: &Place) -> Option<(ErrorKind, String)> {
        self.open_with(config, &self.host(place)).err().map(|error| (error.kind, told(&error)))
    }
}

/// A config whose texts name a folder in place of `{dir}`.
fn with_folder(config: &Value, folder: &str) -> Value {
    match config {
        Value::String(text) => Value::from(text.replace("{dir}", folder)),
        Value::Array(items) => items.iter().map(|item| with_folder(item, folder)).collect(),
        Value::Object(entries) => {
            entries.iter().map(|(name, value)| (name.clone(), with_folder(value, folder))).collect()
        }
        other => other.clone(),
    }
}
