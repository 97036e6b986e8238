//! One command's plugins: opened with their secrets, and put together into a run.

use crate::diagnostic::{Diagnostic, code};
use crate::document::{PLACEHOLDER, SecretSources, pointer, resolve_secrets};
use crate::limit::stop::Stop;
use crate::plugin::PluginError;
use crate::plugin::call_guard::{GuardOptions, guard, label};
use crate::plugin::call_site::{CallScope, CallSite};
use crate::plugin::host_services::HostServices;
use crate::plugin::http::HttpService;
use crate::plugin::record_replay::RecordReplay;
use crate::plugin::redact::Redactor;
use crate::plugin::registry::{Source, instantiate};
use crate::plugin::row_intake::RowIntake;
use crate::plugin::sanitize::sanitize_error;
use crate::settings::env;
use crate::settings::{Isolation, PluginUse, Settings};
use crate::startup::{HostError, Loaded, LoadedPlugin};
use rowsmith_plugin_api::bridge::client::{CacheClient, ExporterClient, ProviderClient, Remote, ScraperClient};
use rowsmith_plugin_api::completion::ProviderInfo;
use rowsmith_plugin_api::exporter::Target;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::schema::{Schema, to_value};
use rowsmith_plugin_api::{Error, ErrorKind};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::time::timeout;

/// Where plugins keep what they want to find again.
const STATE_DIR: &str = ".rowsmith/state";

/// Opens plugins for one command.
pub struct OpenPlugins {
    /// The checked config.
    pub loaded: Loaded,
    /// What plugins are lent.
    pub services: HostServices,
    /// Whether missing secrets are fine.
    secrets_may_be_missing: bool,
    color: bool,
    /// What plugins keep is gone with it, when they must find nothing of other runs.
    own_state: Option<tempfile::TempDir>,
}

/// A file that an exporter may not replace is found before the first call instead of after the last one.
fn check_free(wanted: &PluginUse, target: &Target) -> Result<(), Error> {
    let keeps = wanted.config.get("if_exists").and_then(Value::as_str) == Some("fail");
    match target.path.as_ref().filter(|path| keeps && Path::new(path).exists()) {
        None => Ok(()),
        Some(path) => Err(Error::new(ErrorKind::Io, format!("{path} exists already"))
            .hint("remove it, name another `path`, use --force, or set `if_exists = \"replace\"`")),
    }
}

/// A plugin that was opened.
pub struct Opened<T> {
    /// Calls it.
    pub client: T,
    /// Its name, for messages.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it can do.
    pub capabilities: Vec<String>,
}

impl OpenPlugins {
    /// A session over a config.
    pub fn new(loaded: Loaded, services: HostServices, secrets_may_be_missing: bool, color: bool) -> Self {
        Self { loaded, services, secrets_may_be_missing, color, own_state: None }
    }

    /// Records or replays the plugins' HTTP exchanges. Hides the plugins' state of earlier runs, which would change their
    /// requests and is not part of a recording.
    ///
    /// # Errors
    /// When there is no room for a folder.
    pub fn with_record_replay(mut self, record_replay: RecordReplay) -> Result<Self, HostError> {
        if !matches!(record_replay, RecordReplay::Off) {
            let folder = tempfile::tempdir()
                .map_err(|error| HostError::Io(format!("cannot make a folder for what plugins keep: {error}")))?;
            folder.path().clone_into(&mut self.services.state_root);
            self.own_state = Some(folder);
        }
        self.services.http = Arc::new(HttpService::with_record_replay(self.services.redactor.clone(), record_replay));
        Ok(self)
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.loaded.settings
    }

    /// Opens the scraper.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn scraper(&self) -> Result<Opened<ScraperClient>, HostError> {
        Ok(self.one(PluginKind::Scraper).await?.map(ScraperClient))
    }

    /// Opens the cache; in a replay, an empty one in memory: recorded answers are not put among those of the service,
    /// and every request that was recorded is made.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn cache(&self) -> Result<Opened<CacheClient>, HostError> {
        let replayed = self.services.http.is_replayed();
        let configured = self.loaded.of_kind(PluginKind::Cache).next().filter(|_| replayed);
        if let Some(((manifest, plugin), configured)) = crate::builtin::memory_cache().zip(configured) {
            let config = Value::Object(serde_json::Map::new());
            let name = manifest.name.clone();
            let wanted = PluginUse { name, library: None, isolation: Isolation::None, config, ..configured.usage.clone() };
            return Ok(self.open(&wanted, &Source::Linked(Box::new(manifest), plugin)).await?.map(CacheClient));
        }
        Ok(self.one(PluginKind::Cache).await?.map(CacheClient))
    }

    /// Opens the provider and asks what it is.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn provider(&self) -> Result<(Opened<ProviderClient>, ProviderInfo), HostError> {
        let opened = self.one(PluginKind::Provider).await?.map(ProviderClient);
        let info =
            opened.client.info().await.map_err(|error| self.call_error(PluginKind::Provider, &opened.name, error))?;
        Ok((opened, info))
    }

    /// Opens all exporters and makes sure that they write to different places, and to none that is read.
    ///
    /// # Errors
    /// When one cannot be used, or two have one target.
    pub async fn exporters(&self) -> Result<Vec<(Opened<ExporterClient>, Target)>, HostError> {
        let mut exporters = Vec::new();
        for LoadedPlugin { usage: wanted, source } in self.loaded.of_kind(PluginKind::Exporter) {
            let opened = self.open(wanted, source).await?.map(ExporterClient);
            let target = opened.client.target().await;
            let target = target.map_err(|error| self.call_error(PluginKind::Exporter, &opened.name, error))?;
            check_free(wanted, &target).map_err(|error| self.call_error(PluginKind::Exporter, &opened.name, error))?;
            exporters.push((opened, target));
        }
        self.check_targets(&exporters)?;
        Ok(exporters)
    }

    fn check_targets(&self, exporters: &[(Opened<ExporterClient>, Target)]) -> Result<(), HostError> {
        let input = self.scraper_use()?.config.get("path").and_then(Value::as_str).filter(|path| *path != "-");
        let input = input.and_then(|path| Path::new(path).canonicalize().ok());
        for (at, (_, target)) in exporters.iter().enumerate() {
            let place = format!("/exporters/{at}/config/path");
            let same = |other: &Target| {
                (target.stdout && other.stdout) || (target.path.is_some() && target.path == other.path)
            };
            if exporters.iter().take(at).any(|(_, other)| same(other)) {
                return Err(self.refuse(&place, format!("two exporters write to {}", target.name)));
            }
            let written =
                target.path.as_ref().map(|path| Path::new(path).canonicalize().unwrap_or_else(|_| path.into()));
            if input.is_some() && written == input {
                return Err(self.refuse(
                    &place,
                    format!("{} is the file that is read; writing to it would destroy it", target.name),
                ));
            }
        }
        Ok(())
    }

    /// Returns the scraper's table.
    ///
    /// # Errors
    /// When the config has no scraper.
    pub fn scraper_use(&self) -> Result<&PluginUse, HostError> {
        self.only(PluginKind::Scraper).map(|scraper| &scraper.usage)
    }

    fn only(&self, kind: PluginKind) -> Result<&LoadedPlugin, HostError> {
        let missing = || HostError::Config(format!("the config names no {kind}"));
        self.loaded.of_kind(kind).next().ok_or_else(missing)
    }

    async fn one(&self, kind: PluginKind) -> Result<Opened<Remote>, HostError> {
        let plugin = self.only(kind)?;
        self.open(&plugin.usage, &plugin.source).await
    }

    /// Reads the secrets of a plugin and makes its instance, on a thread where it may block.
    async fn open(&self, wanted: &PluginUse, source: &Source) -> Result<Opened<Remote>, HostError> {
        let manifest = source.manifest();
        let mut config = wanted.config.clone();
        self.put_secrets(wanted, &manifest.config_schema, &mut config)?;
        let client = self.make(wanted, source.clone(), config).await?;
        Ok(Opened {
            client,
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            capabilities: manifest.capabilities.clone(),
        })
    }

    /// Makes an instance, on a thread where it may block, within the time that calls have.
    async fn make(&self, wanted: &PluginUse, source: Source, config: Value) -> Result<Remote, HostError> {
        let shared = self.services.clone();
        let (kind, name) = (wanted.kind, source.manifest().name.clone());
        let site = CallSite { plugin: label(kind, &name), method: "new" };
        let (isolation, limit) = (wanted.isolation, wanted.timeout);
        let made = shared.calls.clone().spawn_blocking(move || {
            let _scope = CallScope::enter(site);
            instantiate(&source, &config, &shared, isolation, limit)
        });
        let Ok(made) = timeout(wanted.timeout, made).await else {
            let late = format!("did not return from `new` within {} s", wanted.timeout.as_secs());
            return Err(self.call_error(kind, &name, Error::new(ErrorKind::Other, late)));
        };
        let made = made.map_err(|error| HostError::Io(format!("opening {} broke off: {error}", wanted.name)))?;
        let remote = made.map_err(|error| self.plugin_error(wanted, error))?;
        let HostServices { calls, stop, redactor, .. } = self.services.clone();
        Ok(guard(remote, GuardOptions { kind, name, timeout: wanted.timeout, calls, stop, redactor }))
    }

    fn put_secrets(&self, wanted: &PluginUse, schema: &Value, config: &mut Value) -> Result<(), HostError> {
        let base = pointer::push(&wanted.pointer, "config");
        let document = &self.loaded.document;
        let (found, secrets) = resolve_secrets(document, &base, schema, config, SecretSources::with_files(&env::read));
        self.services.redactor.add(secrets);
        let errors: Vec<Diagnostic> = found.into_iter().filter(Diagnostic::is_error).collect();
        if self.secrets_may_be_missing {
            fill_placeholders(schema, config);
        } else if !errors.is_empty() {
            return Err(HostError::Config(document.render(&errors, self.color)));
        }
        Ok(())
    }

    /// A plugin's refusal of its config points into the file.
    fn plugin_error(&self, wanted: &PluginUse, error: PluginError) -> HostError {
        match error {
            PluginError::Failed { kind, name, error } if error.kind == ErrorKind::Config => {
                let key = error.context("config_key").unwrap_or_default();
                let place = key
                    .split('.')
                    .filter(|s| !s.is_empty())
                    .fold(pointer::push(&wanted.pointer, "config"), |p, s| pointer::push(&p, s));
                let span = self.loaded.document.spans.closest(&place);
                let mut diagnostic =
                    Diagnostic::error(code::PLUGIN_CONFIG, format!("{kind} plugin `{name}`: {}", error.message))
                        .at(span);
                if let Some(hint) = error.hint {
                    diagnostic = diagnostic.with_help(hint);
                }
                HostError::Config(self.loaded.document.render(&[diagnostic], self.color))
            }
            other => other.into(),
        }
    }

    /// A setting that turned out wrong, with its place in the file.
    fn refuse(&self, place: &str, message: String) -> HostError {
        let diagnostic = Diagnostic::error(code::BAD_SETTING, message).at(self.loaded.document.spans.closest(place));
        HostError::Config(self.loaded.document.render(&[diagnostic], self.color))
    }

    /// A failed call of a plugin.
    pub fn call_error(&self, kind: PluginKind, name: &str, error: Error) -> HostError {
        let error = sanitize_error(error, &self.services.redactor);
        HostError::Call { kind, name: name.to_owned(), error: Box::new(error) }
    }
}

/// What all plugins of a command are lent, on the current runtime; calls of providers run on `calls`.
pub fn services(stop: Stop, redactor: Redactor, calls: Handle) -> HostServices {
    HostServices {
        http: Arc::new(HttpService::new(redactor.clone())),
        sinks: RowIntake::default(),
        stop,
        redactor,
        state_root: PathBuf::from(STATE_DIR),
        runtime: Handle::current(),
        calls,
    }
}

impl<T> Opened<T> {
    fn map<U>(self, wrap: impl FnOnce(T) -> U) -> Opened<U> {
        Opened { client: wrap(self.client), name: self.name, version: self.version, capabilities: self.capabilities }
    }

    /// Whether the plugin declares a capability.
    pub fn can(&self, capability: &str) -> bool {
        self.capabilities.iter().any(|c| c == capability)
    }
}

/// Puts a placeholder where the config names a secret that could not be read.
fn fill_placeholders(schema: &Value, config: &mut Value) {
    let secret = to_value(&Schema::String { format: Some("secret") });
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let is_secret = property.get("format") == secret.get("format");
        match config.get_mut(name) {
            Some(value) if is_secret && !value.is_string() => *value = Value::String(PLACEHOLDER.to_owned()),
            Some(value) if !is_secret => fill_placeholders(property, value),
            _ => {}
        }
    }
    // A table whose keys the user chooses may be one of secrets.
    let is_of_secrets = schema.pointer("/additionalProperties/format") == secret.get("format");
    if let Some(values) = config.as_object_mut().filter(|_| is_of_secrets) {
        values.values_mut().filter(|v| !v.is_string()).for_each(|v| *v = Value::String(PLACEHOLDER.to_owned()));
    }
}
