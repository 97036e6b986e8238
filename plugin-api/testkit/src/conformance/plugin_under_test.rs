//! The plugin under test, and its instances.

use super::assertion::{CheckResult, describe, expect_ok, suite_step};
use super::call_watch::{enter_method, limited};
use super::error_audit::{AuditedInstance, ErrorAudit};
use super::exporter::readback::Format;
use super::worker::Worker;
use crate::FakeHost;
use crate::fake_host::{Answerer, RowIntake};
use rowsmith_abi::{Buffer, Instance, PluginModuleRef};
use rowsmith_plugin_api::bridge::client::{Caller, Remote};
use rowsmith_plugin_api::bridge::method;
use rowsmith_plugin_api::host::BoxFuture;
use rowsmith_plugin_api::program::COMMAND;
use rowsmith_plugin_api::record_replay::Cassette;
use rowsmith_plugin_api::{Error, ErrorKind, Manifest, Result};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use tempfile::TempDir;

/// Writes files into the new folder that stands for `{dir}`.
pub(super) type Prepare = dyn Fn(&Path) -> std::io::Result<()> + Send + Sync;

/// A plugin with everything that its checks need.
pub(super) struct PluginUnderTest {
    pub(super) manifest: Manifest,
    pub(super) module: PluginModuleRef,
    /// With `{dir}` as a placeholder for a folder.
    pub(super) config: Value,
    pub(super) answerer: Option<Arc<Answerer>>,
    pub(super) prepare: Option<Arc<Prepare>>,
    pub(super) cassette: Option<Cassette>,
    pub(super) worker: Option<Worker>,
    /// The working folder of the process, if it belongs to the suite.
    pub(super) working_folder: Option<PathBuf>,
    pub(super) format: Format,
    pub(super) audit: Arc<ErrorAudit>,
    pub(super) row_intake: Arc<RowIntake>,
    /// Method and address of the first HTTP request without a response.
    pub(super) unanswered: Arc<OnceLock<String>>,
}

/// A new folder, and the config that points into it.
pub(super) struct TestFolder {
    folder: TempDir,
    pub(super) config: Value,
}

impl TestFolder {
    /// The path that `{dir}` stands for.
    pub(super) fn path(&self) -> PathBuf {
        self.root().join("files")
    }

    /// The folder with the plugin's files and its state.
    pub(super) fn root(&self) -> &Path {
        self.folder.path()
    }
}

/// An instance whose calls and whose end have a time limit.
pub(super) struct WatchedInstance(Option<Instance>);

impl WatchedInstance {
    /// Calls a method by its number.
    pub(super) async fn invoke(&self, method: u32, payload: Buffer) -> Result<Buffer> {
        let instance = self.0.as_ref().ok_or_else(|| Error::new(ErrorKind::Other, "the instance is closed"))?;
        enter_method(method::name(method));
        instance.call(method, payload).await.map_err(|bytes| Error::decode(&bytes))
    }
}

impl Caller for WatchedInstance {
    fn call(self: Arc<Self>, method: u32, payload: Buffer) -> BoxFuture<Result<Buffer>> {
        Box::pin(async move { self.invoke(method, payload).await })
    }
}

impl Drop for WatchedInstance {
    fn drop(&mut self) {
        let instance = self.0.take();
        limited("closing the plugin", || {
            enter_method("drop");
            drop(instance);
        });
    }
}

/// An instance of the plugin.
pub(super) struct OpenPlugin {
    instance: Arc<WatchedInstance>,
    /// Calls the methods of its kind.
    pub(super) remote: Remote,
}

impl OpenPlugin {
    /// Calls a method by its number.
    pub(super) async fn call(&self, method: u32, payload: Buffer) -> Result<Buffer> {
        self.instance.invoke(method, payload).await
    }
}

impl PluginUnderTest {
    /// Returns the command of the plugin's program, if the schema marks one.
    pub(super) fn program(&self) -> Option<String> {
        let properties = self.manifest.config_schema["properties"].as_object()?;
        let (name, _) = properties.iter().find(|(_, property)| property["items"]["format"] == COMMAND)?;
        let words: Vec<&str> = self.config[name].as_array()?.iter().filter_map(Value::as_str).collect();
        Some(words.join(" "))
    }

    /// Creates a folder with the files of the plugin's tests, and the config for it.
    pub(super) fn test_folder(&self) -> CheckResult<TestFolder> {
        let create = || {
            let folder = tempfile::tempdir()?;
            fs::create_dir(folder.path().join("files"))?;
            fs::create_dir(folder.path().join("state"))?;
            Ok::<_, std::io::Error>(folder)
        };
        let folder = suite_step("creating a temporary folder", create())?;
        let files = folder.path().join("files");
        if let Some(prepare) = &self.prepare {
            suite_step("preparing the temporary folder", prepare(&files))?;
        }
        let config = with_folder(&self.config, &files.display().to_string());
        Ok(TestFolder { folder, config })
    }

    /// Creates a host for the plugin in a folder.
    pub(super) fn host(&self, folder: &TestFolder) -> FakeHost {
        let host = match &self.answerer {
            Some(answerer) => FakeHost::with_answerer(Arc::clone(answerer)),
            None => self.host_without_responses(),
        };
        host.with_state_dir(folder.folder.path().join("state")).with_row_intake(Arc::clone(&self.row_intake))
    }

    /// Creates a host that notes the first HTTP request, and answers none.
    fn host_without_responses(&self) -> FakeHost {
        let unanswered = Arc::clone(&self.unanswered);
        FakeHost::new(move |request| {
            let request = format!("{} {}", request.method, request.url);
            let error = Error::new(ErrorKind::Retryable, format!("no response for {request}"));
            // Only the first is kept.
            drop(unanswered.set(request));
            Err(error)
        })
    }

    /// Opens the plugin with a config.
    ///
    /// # Errors
    /// The plugin's own.
    pub(super) fn open_with(&self, config: &Value, host: &FakeHost) -> Result<OpenPlugin> {
        let instance = Arc::new(self.instance(config, host).inspect_err(|error| self.audit.examine(error))?);
        let audited = AuditedInstance { instance: Arc::clone(&instance), audit: Arc::clone(&self.audit) };
        Ok(OpenPlugin { instance, remote: Remote::new(Arc::new(audited)) })
    }

    /// Opens the plugin without examining its errors, which repeat the words of a recorded service.
    pub(super) fn open_without_audit(&self, config: &Value, host: &FakeHost) -> Result<Remote> {
        Ok(Remote::new(Arc::new(self.instance(config, host)?)))
    }

    fn instance(&self, config: &Value, host: &FakeHost) -> Result<WatchedInstance> {
        let config = serde_json::to_vec(config)?;
        let instance = limited("opening the plugin", || {
            enter_method("new");
            self.module.instantiate(Buffer::from(config), host.handle())
        });
        instance.map(|instance| WatchedInstance(Some(instance))).map_err(|bytes| Error::decode(&bytes))
    }

    /// Opens the plugin in a folder. Fails the check when the plugin fails.
    pub(super) fn open(&self, folder: &TestFolder, host: &FakeHost) -> CheckResult<OpenPlugin> {
        let result = self.open_with(&folder.config, host);
        expect_ok("opening the plugin with the suite's config", std::future::ready(result))
    }

    /// Returns kind and text of the error for a config, or `None` when the plugin accepts it.
    pub(super) fn config_error(&self, config: &Value, folder: &TestFolder) -> Option<(ErrorKind, String)> {
        self.open_with(config, &self.host(folder)).err().map(|error| (error.kind, describe(&error)))
    }
}

/// Replaces `{dir}` in the texts of a config.
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
