//! [`Suite`]: told what it needs, then run.

use super::finding::{Finding, Judged, skipped};
use super::report::{Check, Outcome, Report};
use super::subject::{Prepare, Subject};
use super::worker::{self, Worker};
use super::{boundary, cache, exporter, filling, manifest, provider, scraper, settings, watch};
use crate::fake_host::Answerer;
use crate::recorded::Answers;
use rowsmith_abi::{PluginModuleRef, describe_mismatch};
use rowsmith_plugin_api::bridge::LinkedPlugin;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{HttpRequest, HttpResponse, Manifest, Result};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One check: its name, and how it is done.
pub(super) type Step = (&'static str, fn(&Subject) -> Judged);

/// The conformance suite of one plugin. Calls go through the real boundary, as they do in a run.
pub struct Suite {
    plugin: std::result::Result<(Manifest, PluginModuleRef), String>,
    config: Value,
    answerer: Option<Arc<Answerer>>,
    prepare: Option<Arc<Prepare>>,
    recordings: Option<PathBuf>,
    worker: Option<Worker>,
}

impl Suite {
    /// The suite of a plugin that is linked into the test; see [`assert_conforms!`](crate::assert_conforms).
    pub fn of(plugin: LinkedPlugin) -> Self {
        rowsmith_abi::install_panic_hook();
        let manifest = Manifest::parse(plugin.manifest.as_bytes()).map_err(|error| error.message);
        let module = PluginModuleRef::from_header(plugin.header).map_err(|error| describe_mismatch(&error));
        Self::new(manifest.and_then(|manifest| Ok((manifest, module?))))
    }

    /// The suite of a plugin whose library a host has opened.
    pub fn of_module(manifest: Manifest, module: PluginModuleRef) -> Self {
        Self::new(Ok((manifest, module)))
    }

    fn new(plugin: std::result::Result<(Manifest, PluginModuleRef), String>) -> Self {
        let config = Value::Object(serde_json::Map::new());
        Self { plugin, config, answerer: None, prepare: None, recordings: None, worker: None }
    }

    /// The plugin's config. `{dir}` in a text stands for a fresh temporary folder; secrets are set by the suite, and so
    /// is the `path` of a cache or an exporter, unless it begins with `{dir}`: checks clear stores and replace files.
    #[must_use]
    pub fn config(mut self, config: Value) -> Self {
        self.config = config;
        self
    }

    /// Answers the plugin's HTTP requests; checks of a provider's failures answer by themselves.
    #[must_use]
    pub fn http(mut self, answer: impl Fn(&HttpRequest) -> Result<HttpResponse> + Send + Sync + 'static) -> Self {
        self.answerer = Some(Arc::new(answer));
        self
    }

    /// Answers the plugin's HTTP requests from what `rowsmith run --record` or `list --record` wrote into a folder, from
    /// its beginning again whenever a check has used it up.
    ///
    /// # Errors
    /// When the folder holds no recording, or a file is damaged; the error names it.
    pub fn recorded(self, folder: impl AsRef<Path>) -> Result<Self> {
        let answers = Answers::open(folder.as_ref())?;
        Ok(self.http(move |request| answers.answer(request)))
    }

    /// Puts files into every fresh folder before the plugin sees it.
    #[must_use]
    pub fn prepare(mut self, prepare: impl Fn(&Path) -> std::io::Result<()> + Send + Sync + 'static) -> Self {
        self.prepare = Some(Arc::new(prepare));
        self
    }

    /// Replays the recordings of a folder (see [`crate::recording`]) as a further check.
    #[must_use]
    pub fn recordings(mut self, folder: impl Into<PathBuf>) -> Self {
        self.recordings = Some(folder.into());
        self
    }

    /// How this very suite is started in another process, for the checks of caches that need two.
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

    /// Settings that the plugin needs and that neither the config nor the suite gives.
    pub fn missing(&self) -> Vec<String> {
        let Ok((manifest, _)) = &self.plugin else { return Vec::new() };
        if worker::task().is_some() {
            // The process that gave the task gave the settings as well.
            return Vec::new();
        }
        let config = filling::completed(manifest, &self.config);
        let required = filling::required(&manifest.config_schema);
        required.filter(|name| config.get(name).is_none()).map(str::to_owned).collect()
    }

    /// Runs every check of the plugin's kind. In a process that another run of this suite has started, does the part
    /// that is asked for there, and reports no check.
    pub fn run(&self) -> Report {
        let (manifest, module) = match &self.plugin {
            Ok(plugin) => plugin,
            Err(reason) => return Self::unusable(reason),
        };
        let subject = Subject {
            config: filling::completed(manifest, &self.config),
            manifest: manifest.clone(),
            module: *module,
            answerer: self.answerer.clone(),
            prepare: self.prepare.clone(),
            recordings: self.recordings.clone(),
            worker: self.worker.clone(),
            watch: Arc::default(),
            sinks: Arc::default(),
        };
        let plugin = format!("{}-{}", manifest.kind, manifest.name);
        if let Some(task) = worker::task() {
            worker::perform(&subject, &task);
            return Report { plugin, checks: Vec::new() };
        }
        let (of_kind, seen): (_, &[Step]) = match manifest.kind {
            PluginKind::Scraper => (scraper::CHECKS, scraper::SEEN),
            PluginKind::Cache => (cache::CHECKS, &[]),
            PluginKind::Provider => (provider::CHECKS, &[]),
            PluginKind::Exporter => (exporter::CHECKS, &[]),
        };
        let missing = self.missing();
        let checks = if missing.is_empty() {
            let mut checks =
                in_turn(&subject, &[manifest::CHECKS, settings::CHECKS, boundary::CHECKS, of_kind].concat());
            // What was seen in all of them is judged last, whatever came of them.
            checks.extend(in_turn(&subject, &[seen, SEEN].concat()));
            checks
        } else {
            let sentence = format!("the suite needs a value for: {}", missing.join(", "));
            vec![Check { name: "the config has what the plugin needs", outcome: Outcome::Failed(sentence) }]
        };
        Report { plugin, checks }
    }

    fn unusable(reason: &str) -> Report {
        let outcome = Outcome::Failed(reason.to_owned());
        Report { plugin: "plugin".to_owned(), checks: vec![Check { name: "the plugin can be used", outcome }] }
    }

    /// Runs every check and fails the test when one fails.
    ///
    /// # Panics
    /// With the whole report, when a check failed.
    #[track_caller]
    pub fn assert(&self) {
        self.run().assert();
    }
}

const SEEN: &[Step] = &[
    ("nothing panics", watch::nothing_panicked),
    ("errors are lower-case sentences without a full stop", watch::errors_are_sentences),
    ("secrets are in no error and no log record", watch::secrets_stay_secret),
];

/// Does one step after the other, up to one whose failure would only be told again by the rest.
fn in_turn(subject: &Subject, steps: &[Step]) -> Vec<Check> {
    let mut pointless = None;
    let one = |(name, step): &Step| {
        let result = pointless.map_or_else(|| step(subject), skipped);
        if let Err(Finding::FailedForAll { rest, .. }) = &result {
            pointless = Some(*rest);
        }
        Check { name, outcome: result.map_or_else(Outcome::from, |()| Outcome::Passed) }
    };
    steps.iter().map(one).collect()
}
