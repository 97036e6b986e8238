//! Opens the plugins of one command: reads their secrets, creates their instances, and guards their calls.

use super::unrecorded_programs::UnrecordedPrograms;
use super::{HostError, Loaded, LoadedPlugin, insecure_address};
use crate::diagnostic::{Diagnostic, code};
use crate::document::{SecretSources, fill_placeholders, pointer, resolve_secrets};
use crate::files::private_folder::PrivateFolder;
use crate::limit::availability::{Availability, RepeatRules, Success, is_away};
use crate::limit::stop::Stop;
use crate::plugin::PluginError;
use crate::plugin::call_guard::{self, GuardOptions, guard};
use crate::plugin::host_services::HostServices;
use crate::plugin::http::HttpService;
use crate::plugin::plugin_progress::PluginProgress;
use crate::plugin::record_replay::RecordReplay;
use crate::plugin::registry::{Source, instantiate};
use crate::plugin::retry::retrying;
use crate::plugin::row_intake::RowIntake;
use crate::plugin::sanitize::sanitize_error;
use crate::plugin::state_folders::{Staging, StateFolders};
use crate::redact::Redactor;
use crate::settings::{Isolation, PluginUse, Settings, defaults, env};
use rowsmith_plugin_api::bridge::client::{CacheClient, ExporterClient, ProviderClient, Remote, ScraperClient};
use rowsmith_plugin_api::completion::ProviderInfo;
use rowsmith_plugin_api::exporter::Target;
use rowsmith_plugin_api::manifest::{Capability, PluginKind};
use rowsmith_plugin_api::{Error, ErrorKind};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use tokio::runtime::Handle;

/// Start of the names of the temporary folders with the state of recorded and replayed runs.
const OWN_STATE: &str = "rowsmith-state-";

/// Opens plugins for one command.
pub struct OpenPlugins {
    /// The valid config.
    pub loaded: Loaded,
    /// The host services of all plugins.
    pub services: HostServices,
    /// The availability of the cache.
    pub cache_availability: Arc<Availability>,
    /// True if missing secrets are replaced by placeholders.
    secrets_may_be_missing: bool,
    pub(super) color: bool,
    /// The state folders of a recorded or replayed run, removed at its end.
    own_state: Option<PrivateFolder>,
    staging: Staging,
    unrecorded_programs: UnrecordedPrograms,
}

/// A plugin instance.
#[derive(Clone)]
pub struct Opened<T> {
    /// Calls the plugin.
    pub client: T,
    /// The plugin's kind.
    pub kind: PluginKind,
    /// The plugin's name.
    pub name: String,
    /// The plugin's version.
    pub version: String,
    /// The capabilities that the plugin declares.
    pub capabilities: Vec<String>,
}

/// An exporter with its target.
pub type OpenExporter = (Opened<ExporterClient>, Target);

impl OpenPlugins {
    /// Prepares to open the plugins of a config.
    pub fn new(loaded: Loaded, services: HostServices, secrets_may_be_missing: bool, color: bool) -> Self {
        let give_up_after = loaded.settings.cache.retry.give_up_after();
        let cache_availability = Arc::new(Availability::new(services.stop.clone(), give_up_after));
        let unrecorded_programs = UnrecordedPrograms::default();
        let (own_state, staging) = (None, Staging::Scrapers);
        Self {
            loaded,
            services,
            cache_availability,
            secrets_may_be_missing,
            color,
            own_state,
            staging,
            unrecorded_programs,
        }
    }

    /// Discards whatever plugins write to their state folders, for commands that change nothing.
    #[must_use]
    pub fn without_changes(mut self) -> Self {
        self.staging = Staging::All;
        self.services.folders = Arc::new(StateFolders::new(Path::new(defaults::PLUGIN_FOLDERS), self.staging));
        self
    }

    /// Records or replays HTTP exchanges. Plugins then start with empty state folders: state of earlier runs would change
    /// what they request, and is not part of a recording.
    ///
    /// # Errors
    /// When no temporary folder can be created.
    pub fn with_record_replay(mut self, mode: RecordReplay) -> Result<Self, HostError> {
        if !matches!(mode, RecordReplay::Off) {
            let folder = PrivateFolder::create(&std::env::temp_dir(), OWN_STATE)
                .map_err(|error| HostError::Io(format!("cannot create a folder for the state of plugins: {error}")))?;
            self.services.folders = Arc::new(StateFolders::new(&folder.join("plugins"), self.staging));
            self.own_state = Some(folder);
        }
        self.services.http = Arc::new(HttpService::with_record_replay(self.services.redactor.clone(), mode));
        Ok(self)
    }

    /// Returns the settings.
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

    /// Opens the cache. A replay gets an empty one in memory: its answers stay apart from those of the service, and every
    /// recorded request is made.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn cache(&self) -> Result<Opened<CacheClient>, HostError> {
        let replayed = self.services.http.is_replayed();
        let configured = self.loaded.of_kind(PluginKind::Cache).next().filter(|_| replayed);
        if let Some(((manifest, plugin), configured)) = crate::builtin::memory_cache().zip(configured) {
            let config = Value::Object(serde_json::Map::new());
            let name = manifest.name.clone();
            let usage =
                PluginUse { name, library: None, isolation: Isolation::None, config, ..configured.usage.clone() };
            return Ok(self.open(&usage, &Source::Linked(Box::new(manifest), plugin)).await?.map(CacheClient));
        }
        Ok(self.one(PluginKind::Cache).await?.map(CacheClient))
    }

    /// Opens the provider and reads its description.
    ///
    /// # Errors
    /// When it cannot be used.
    pub async fn provider(&self) -> Result<(Opened<ProviderClient>, ProviderInfo), HostError> {
        let opened = self.one(PluginKind::Provider).await?.map(ProviderClient);
        let info = opened.client.info().await.map_err(|error| self.call_error(&opened, error))?;
        Ok((opened, info))
    }

    /// Opens all exporters. With `force`, they replace existing files whatever their config says.
    ///
    /// # Errors
    /// When one cannot be used, or must not replace its existing target.
    pub async fn exporters(&self, force: bool) -> Result<Vec<OpenExporter>, HostError> {
        let mut exporters = Vec::new();
        for LoadedPlugin { usage, source } in self.loaded.of_kind(PluginKind::Exporter) {
            let opened = self.open(usage, source).await?.map(ExporterClient);
            let failed = |error| self.call_error(&opened, error);
            if force && !opened.client.replace_existing().await.map_err(failed)? {
                tracing::warn!("the exporter plugin `{}` does not support --force; its config decides", opened.name);
            }
            let target = opened.client.target().await.map_err(failed)?;
            super::targets::check_existing(&target).map_err(failed)?;
            exporters.push((opened, target));
        }
        Ok(exporters)
    }

    /// Returns the use of the scraper in the config.
    ///
    /// # Errors
    /// When the config names no scraper.
    pub fn scraper_use(&self) -> Result<&PluginUse, HostError> {
        self.configured(PluginKind::Scraper).map(|plugin| &plugin.usage)
    }

    fn configured(&self, kind: PluginKind) -> Result<&LoadedPlugin, HostError> {
        let plugin = self.loaded.of_kind(kind).next();
        plugin.ok_or_else(|| HostError::Config(format!("the config names no {kind}")))
    }

    async fn one(&self, kind: PluginKind) -> Result<Opened<Remote>, HostError> {
        let plugin = self.configured(kind)?;
        self.open(&plugin.usage, &plugin.source).await
    }

    /// Reads the secrets of a plugin and creates its instance.
    async fn open(&self, usage: &PluginUse, source: &Source) -> Result<Opened<Remote>, HostError> {
        let manifest = source.manifest();
        self.unrecorded_programs.warn(manifest, self.services.http.record_replay());
        // A cache connects to its server in every command; the others only with their secrets.
        if !self.secrets_may_be_missing || usage.kind == PluginKind::Cache {
            self.refuse_insecure_address(usage, &manifest.config_schema)?;
        }
        let mut config = usage.config.clone();
        self.put_secrets(usage, &manifest.config_schema, &mut config)?;
        let client = self.create(usage, source.clone(), config).await?;
        Ok(Opened {
            client,
            kind: usage.kind,
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            capabilities: manifest.capabilities.clone(),
        })
    }

    /// Creates an instance and guards its calls.
    async fn create(&self, usage: &PluginUse, source: Source, config: Value) -> Result<Remote, HostError> {
        let HostServices { calls, stop, redactor, .. } = self.services.clone();
        let (kind, name, timeout) = (usage.kind, source.manifest().name.clone(), usage.timeout);
        let options = GuardOptions { kind, name: name.clone(), timeout, calls, stop, redactor };
        let is_cache = kind == PluginKind::Cache;
        let attempt = || self.create_in_a_free_process(usage, &source, &config, &options);
        let created = if is_cache { self.create_when_available(attempt).await } else { attempt().await };
        let created = created.map_err(|error| self.failed_call(kind, &name, error))?;
        let remote = guard(created.map_err(|error| self.plugin_error(usage, error))?, options);
        Ok(if is_cache { retrying(remote, Arc::clone(&self.cache_availability)) } else { remote })
    }

    /// Creates a cache; one whose store is busy, or cannot be reached, is tried again.
    async fn create_when_available<F: Future<Output = Result<Result<Remote, PluginError>, Error>>>(
        &self,
        create: impl Fn() -> F,
    ) -> Result<Result<Remote, PluginError>, Error> {
        let attempt = || async {
            match create().await? {
                Err(PluginError::Failed { error, .. }) if is_away(&error) => Err(*error),
                created => Ok(created),
            }
        };
        let rules = RepeatRules { success: Success::Opened, ..RepeatRules::DEFAULT };
        self.cache_availability.repeat(rules, attempt).await
    }

    /// Creates an instance within the deadline of a call.
    pub(super) async fn create_once(
        &self,
        usage: &PluginUse,
        source: &Source,
        config: &Value,
        options: &GuardOptions,
    ) -> Result<Result<Remote, PluginError>, Error> {
        let (source, config, shared) = (source.clone(), config.clone(), self.services.clone());
        let (isolation, timeout) = (usage.isolation, usage.timeout);
        call_guard::create(options, move || instantiate(&source, &config, &shared, isolation, timeout)).await
    }

    fn refuse_insecure_address(&self, usage: &PluginUse, schema: &Value) -> Result<(), HostError> {
        let document = &self.loaded.document;
        let problem = insecure_address::problem(document, usage, schema);
        problem.map_or(Ok(()), |problem| Err(HostError::Diagnostics(document.render(&[problem], self.color))))
    }

    fn put_secrets(&self, usage: &PluginUse, schema: &Value, config: &mut Value) -> Result<(), HostError> {
        let base = pointer::push(&usage.pointer, "config");
        let document = &self.loaded.document;
        let (found, secrets) = resolve_secrets(document, &base, schema, config, SecretSources::with_files(&env::read));
        self.services.redactor.add(secrets);
        let errors: Vec<Diagnostic> = found.into_iter().filter(Diagnostic::is_error).collect();
        if self.secrets_may_be_missing {
            fill_placeholders(schema, config);
        } else if !errors.is_empty() {
            return Err(HostError::Diagnostics(document.render(&errors, self.color)));
        }
        Ok(())
    }

    /// Points at the setting that a plugin rejects.
    fn plugin_error(&self, usage: &PluginUse, error: PluginError) -> HostError {
        match error {
            PluginError::Failed { kind, name, error } if error.kind == ErrorKind::Config => {
                let key = error.context("config_key").unwrap_or_default();
                let place = key
                    .split('.')
                    .filter(|s| !s.is_empty())
                    .fold(pointer::push(&usage.pointer, "config"), |p, s| pointer::push(&p, s));
                let message = format!("{kind} plugin `{name}`: {}", error.message);
                self.diagnostic(code::PLUGIN_CONFIG, &place, message, error.hint)
            }
            other => other.into(),
        }
    }

    /// Creates an error that points at a place in the config.
    pub(super) fn diagnostic(
        &self,
        code: &'static str,
        place: &str,
        message: String,
        help: Option<String>,
    ) -> HostError {
        let document = &self.loaded.document;
        let mut diagnostic = Diagnostic::error(code, message).at(document.spans.closest(place));
        if let Some(help) = help {
            diagnostic = diagnostic.with_help(help);
        }
        HostError::Diagnostics(document.render(&[diagnostic], self.color))
    }

    /// Creates the error of a failed call of a plugin.
    pub fn call_error<T>(&self, plugin: &Opened<T>, error: Error) -> HostError {
        self.failed_call(plugin.kind, &plugin.name, error)
    }

    fn failed_call(&self, kind: PluginKind, name: &str, error: Error) -> HostError {
        let error = sanitize_error(error, &self.services.redactor);
        HostError::Call { kind, name: name.to_owned(), error: Box::new(error) }
    }
}

/// Creates the host services of a command on the current runtime; plugin calls run on `calls`.
pub fn services(stop: Stop, redactor: Redactor, calls: Handle) -> HostServices {
    HostServices {
        http: Arc::new(HttpService::new(redactor.clone())),
        row_intake: RowIntake::default(),
        stop,
        redactor,
        folders: Arc::new(StateFolders::new(Path::new(defaults::PLUGIN_FOLDERS), Staging::Scrapers)),
        progress: PluginProgress::default(),
        runtime: Handle::current(),
        calls,
    }
}

impl<T> Opened<T> {
    fn map<U>(self, wrap: impl FnOnce(T) -> U) -> Opened<U> {
        let Self { client, kind, name, version, capabilities } = self;
        Opened { client: wrap(client), kind, name, version, capabilities }
    }

    /// Returns whether the plugin declares a capability.
    pub fn can(&self, capability: Capability) -> bool {
        capability.is_in(&self.capabilities)
    }
}
