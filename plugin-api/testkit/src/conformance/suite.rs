//! [`Suite`]: configured, then run.

use super::assertion::{CheckResult, CheckStop};
use super::call_watch::{self, PATIENCE};
use super::exporter::readback::Format;
use super::places::{self, Place};
use super::plugin_under_test::{PluginUnderTest, Prepare};
use super::report::{Check, CheckOutcome, Report};
use super::worker::{self, Worker};
use super::{
    boundary, cache, config_completion, error_audit, exporter, manifest, own_place, provider, scraper, settings,
};
use crate::fake_host::Answerer;
use crate::record_replay::RepeatingReplay;
use rowsmith_abi::{PluginModuleRef, describe_mismatch};
use rowsmith_plugin_api::bridge::LinkedPlugin;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::record_replay::Cassette;
use rowsmith_plugin_api::{HttpRequest, HttpResponse, Manifest, Result};
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The part of a call's time limit after which a failure is slow.
const SLOW_PART: u32 = 3;
/// Slow failures after which the other checks are skipped: the failures of all checks would take very long.
const MAX_SLOW_FAILURES: u32 = 4;
/// The checks that open the plugin before the others.
const FIRST_CHECKS: [&str; 2] = ["own_place", "config_accepted"];
/// Maximum time limit of a call after a call that did not end.
const LIMIT_AFTER_HANG: Duration = Duration::from_secs(10);

/// One check: its id, its name, and the function that runs it.
pub(super) type CheckSpec = (&'static str, &'static str, fn(&PluginUnderTest) -> CheckResult);

/// The conformance suite of one plugin. Calls cross the real boundary, as in a run.
pub struct Suite {
    plugin: std::result::Result<(Manifest, PluginModuleRef), String>,
    config: Value,
    answerer: Option<Arc<Answerer>>,
    prepare: Option<Arc<Prepare>>,
    cassette: Option<Cassette>,
    worker: Option<Worker>,
    patience: Duration,
    keeps_secrets: bool,
    format: Format,
    working_folder: Option<PathBuf>,
}

impl Suite {
    /// Creates the suite of a plugin that is linked into the test; see [`assert_conforms!`](crate::assert_conforms).
    pub fn of(plugin: LinkedPlugin) -> Self {
        rowsmith_abi::install_panic_hook();
        let manifest = Manifest::parse(plugin.manifest.as_bytes()).map_err(|error| error.message);
        let module = PluginModuleRef::from_header(plugin.header).map_err(|error| describe_mismatch(&error));
        Self::new(manifest.and_then(|manifest| Ok((manifest, module?))))
    }

    /// Creates the suite of a plugin whose library a host has opened.
    pub fn of_module(manifest: Manifest, module: PluginModuleRef) -> Self {
        Self::new(Ok((manifest, module)))
    }

    fn new(plugin: std::result::Result<(Manifest, PluginModuleRef), String>) -> Self {
        let config = Value::Object(Map::new());
        Self {
            plugin,
            config,
            answerer: None,
            prepare: None,
            cassette: None,
            worker: None,
            patience: PATIENCE,
            keeps_secrets: false,
            format: Format::default(),
            working_folder: None,
        }
    }

    /// Sets the plugin's config. `{dir}` in a text stands for a temporary folder, a new one for every check.
    ///
    /// The suite sets secrets itself. Checks clear stores and replace files, so it also sets the `path` of a cache or an
    /// exporter, unless it begins with `{dir}`, and moves other files that are defaults into that folder. It refuses a
    /// service that is a default, and a store that holds entries.
    #[must_use]
    pub fn config(mut self, config: Value) -> Self {
        self.config = config;
        self
    }

    /// Leaves secrets that the config has as texts to the plugin. By default, the suite replaces them by its own secret.
    #[must_use]
    pub fn keep_secrets(mut self) -> Self {
        self.keeps_secrets = true;
        self
    }

    /// Sets the time limit of one call of the plugin. The default is 60 seconds.
    #[must_use]
    pub fn call_timeout(mut self, timeout: Duration) -> Self {
        self.patience = timeout;
        self
    }

    /// Answers the plugin's HTTP requests with a function. Checks of a provider's errors use their own responses.
    #[must_use]
    pub fn http(mut self, answer: impl Fn(&HttpRequest) -> Result<HttpResponse> + Send + Sync + 'static) -> Self {
        self.answerer = Some(Arc::new(answer));
        self
    }

    /// Answers the plugin's HTTP requests from a cassette, as often as they are sent.
    ///
    /// The test cases of the cassette (see [`crate::record_replay`]) are replayed as a further check of a provider.
    ///
    /// # Errors
    /// When the folder contains no exchange, or a file is invalid; the error names it.
    pub fn cassette(mut self, folder: impl Into<PathBuf>) -> Result<Self> {
        let cassette = Cassette::read(folder)?;
        let replay = RepeatingReplay::new(cassette.clone());
        self.cassette = Some(cassette);
        Ok(self.http(move |request| replay.answer(request)))
    }

    /// Writes files into every temporary folder before the plugin opens.
    #[must_use]
    pub fn prepare(mut self, prepare: impl Fn(&Path) -> std::io::Result<()> + Send + Sync + 'static) -> Self {
        self.prepare = Some(Arc::new(prepare));
        self
    }

    /// Reads the rows of an exporter's output, so that the suite can check that every row, column and value arrives.
    ///
    /// Without it, the suite searches outputs that are text for words, and skips the checks that need the content of other
    /// outputs. The value of an empty cell is null, an empty string or missing. Formats without types return all values as
    /// strings: a number or boolean as its JSON text, an array or object as JSON.
    #[must_use]
    pub fn read(mut self, read: impl Fn(&[u8]) -> Result<Vec<Map<String, Value>>> + Send + Sync + 'static) -> Self {
        self.format.read = Some(Arc::new(read));
        self
    }

    /// Sets the documented form of values that the format cannot hold: the function returns what [`Suite::read`] returns
    /// for a written value, or `None` for a value that is unchanged.
    ///
    /// An example is a list that becomes a joined text.
    #[must_use]
    pub fn mapping(mut self, mapping: impl Fn(&Value) -> Option<Value> + Send + Sync + 'static) -> Self {
        self.format.mapping = Some(Arc::new(mapping));
        self
    }

    /// Sets the working folder of the process, if it belongs to the suite: plugins may write into it.
    #[must_use]
    pub fn working_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.working_folder = Some(folder.into());
        self
    }

    /// Sets the command that starts this suite in another process, for the checks of caches with several processes.
    #[must_use]
    pub fn worker(mut self, worker: Worker) -> Self {
        self.worker = Some(worker);
        self
    }

    #[doc(hidden)]
    #[must_use]
    pub fn changed(self, change: impl FnOnce(Self) -> Self) -> Self {
        change(self)
    }

    /// Returns the required settings that neither the config nor the suite provides.
    pub fn missing(&self) -> Vec<String> {
        let Ok((manifest, _)) = &self.plugin else { return Vec::new() };
        if worker::task().is_some() {
            // The settings come with the task.
            return Vec::new();
        }
        let config = self.complete_config(manifest);
        let required = config_completion::required(&manifest.config_schema);
        required.filter(|name| config.get(name).is_none()).map(str::to_owned).collect()
    }

    fn complete_config(&self, manifest: &Manifest) -> Value {
        config_completion::complete(manifest, &self.config, self.keeps_secrets)
    }

    /// Returns the places that the plugin would use by default, and that the suite cannot replace.
    pub fn default_places(&self) -> Vec<Place> {
        let Ok((manifest, _)) = &self.plugin else { return Vec::new() };
        if worker::task().is_some() {
            return Vec::new();
        }
        places::default_places(manifest, &self.complete_config(manifest))
    }

    /// Runs every check of the plugin's kind.
    ///
    /// In a process that a suite has started, performs the task of that process and reports no check.
    pub fn run(&self) -> Report {
        let (manifest, module) = match &self.plugin {
            Ok(plugin) => plugin,
            Err(reason) => return Self::unusable(reason),
        };
        let plugin = PluginUnderTest {
            config: self.complete_config(manifest),
            manifest: manifest.clone(),
            module: *module,
            answerer: self.answerer.clone(),
            prepare: self.prepare.clone(),
            cassette: self.cassette.clone(),
            worker: self.worker.clone(),
            working_folder: self.working_folder.clone(),
            format: self.format.clone(),
            audit: Arc::default(),
            row_intake: Arc::default(),
            unanswered: Arc::default(),
        };
        let name = format!("{}-{}", manifest.kind, manifest.name);
        if let Some(task) = worker::task() {
            worker::perform(|| cache::perform_task(&plugin, &task));
            return Report { plugin: name, ..Report::default() };
        }
        let missing = self.missing();
        let unanswered = Arc::clone(&plugin.unanswered);
        let checks = if missing.is_empty() {
            run_all(&Arc::new(plugin), self.patience)
        } else {
            vec![incomplete_config(&missing)]
        };
        Report { plugin: name, checks, unanswered: unanswered.get().cloned() }
    }

    fn unusable(reason: &str) -> Report {
        let outcome = CheckOutcome::Failed(reason.to_owned());
        let check = Check { id: "plugin_usable", name: "the plugin is usable", outcome };
        Report { plugin: "plugin".to_owned(), checks: vec![check], unanswered: None }
    }

    /// Runs every check and asserts that none failed.
    ///
    /// # Panics
    /// With the whole report, when a check failed.
    #[track_caller]
    pub fn assert(&self) {
        self.run().assert();
    }
}

/// Checks of everything that happened in the checks before them.
const FINAL_CHECKS: &[CheckSpec] = &[
    ("no_panic", "nothing panics", error_audit::no_panic),
    ("error_style", "errors begin in lower case and end without a full stop", error_audit::error_style),
    ("no_secret", "no error and no log record has a secret", error_audit::no_secret),
];

fn run_all(plugin: &Arc<PluginUnderTest>, patience: Duration) -> Vec<Check> {
    let (of_kind, final_of_kind): (_, &[CheckSpec]) = match plugin.manifest.kind {
        PluginKind::Scraper => (scraper::CHECKS, scraper::FINAL_CHECKS),
        PluginKind::Cache => (cache::CHECKS, &[]),
        PluginKind::Provider => (provider::CHECKS, &[]),
        PluginKind::Exporter => (exporter::CHECKS, &[]),
    };
    let before = [manifest::CHECKS, own_place::CHECKS, settings::CHECKS, boundary::CHECKS, of_kind].concat();
    let mut checks = run_checks(plugin, patience, &before);
    checks.extend(run_checks(plugin, patience, &[final_of_kind, FINAL_CHECKS].concat()));
    checks
}

/// Runs checks one after the other, each with new instances. Skips those after a failure that would only repeat in them,
/// and those after several failures that took long.
fn run_checks(plugin: &Arc<PluginUnderTest>, patience: Duration, specs: &[CheckSpec]) -> Vec<Check> {
    let mut skip_reason = None;
    let mut slow_failures = 0;
    let mut limit = patience;
    let run = |(id, name, check): &CheckSpec| {
        if let Some(reason) = skip_reason {
            return Check { id, name, outcome: CheckOutcome::Skipped(String::from(reason)) };
        }
        let start = Instant::now();
        let result = call_watch::run_check(plugin, *check, limit);
        let is_slow = start.elapsed() > limit / SLOW_PART;
        match &result {
            Err(CheckStop::FailedForAll { rest, .. }) => skip_reason = Some(*rest),
            Err(CheckStop::Hung(_)) if FIRST_CHECKS.contains(id) => {
                skip_reason = Some("the plugin does not open or close");
            }
            Err(CheckStop::Hung(_)) => limit = limit.min(LIMIT_AFTER_HANG),
            _ => {}
        }
        let mut outcome = result.map_or_else(CheckOutcome::from, |()| CheckOutcome::Passed);
        if let CheckOutcome::Failed(message) = &mut outcome
            && is_slow
        {
            slow_failures += 1;
            if slow_failures == MAX_SLOW_FAILURES {
                skip_reason.get_or_insert("several checks failed after a long wait");
            }
            message.extend(plugin.program().map(|program| format!("; the program is `{program}`")));
        }
        Check { id, name, outcome }
    };
    specs.iter().map(run).collect()
}

fn incomplete_config(missing: &[String]) -> Check {
    let outcome = CheckOutcome::Failed(format!("the suite needs a value for: {}", missing.join(", ")));
    Check { id: "config_complete", name: "the config has all required settings", outcome }
}
