//! The whole way from a file to settings: every pass, all problems at once.

use crate::config::raw::{self, RawConfig, RawPlugin};
use crate::config::validate;
use crate::diagnostic::{Diagnostic, code};
use crate::document::{
    ConfigError, Document, InvalidDocument, SecretSources, check_schema, decode, interpolate, pointer,
    problems_to_diagnostics, resolve_secrets,
};
use crate::plugin::discovery::SearchPath;
use crate::plugin::registry::{Registry, Source};
use crate::settings::{PluginUse, Settings, defaults, env};
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::schema::{ConfigSchema, to_value};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// What the command line says over the file.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--provider`.
    pub provider: Option<String>,
    /// `--set`, in order.
    pub set: Vec<String>,
    /// `-o`: the path of the one exporter.
    pub output: Option<String>,
    /// `--plugin-dir`.
    pub plugin_dirs: Vec<PathBuf>,
}

/// A config that was read and checked.
pub struct Loaded {
    /// The file, for further messages.
    pub document: Document,
    /// What it says.
    pub settings: Settings,
    /// Finds the plugins.
    pub registry: Registry,
    /// The plugins that it names, in the order scraper, cache, provider, exporters.
    pub sources: Vec<(PluginUse, Source)>,
    /// What is odd but no error.
    pub warnings: Vec<Diagnostic>,
}

/// Why a config cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] ConfigError),
    /// It is wrong. Boxed for its size.
    #[error("{} {} in {}", .0.diagnostics.len(), if .0.diagnostics.len() == 1 { "problem" } else { "problems" }, .0.document.name)]
    Wrong(Box<Wrong>),
}

/// A config with mistakes.
#[derive(Debug)]
pub struct Wrong {
    /// The file.
    pub document: Document,
    /// All that is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether nothing is wrong but plugins that cannot be used.
    pub only_plugins: bool,
}

/// Reads and checks a config. No code of a plugin runs.
///
/// # Errors
/// Everything that is wrong, at once.
pub fn load(path: &Path, overrides: &Overrides) -> Result<Loaded, LoadError> {
    let mut document = read(path)?;
    let mut found = Vec::new();
    for argument in &overrides.set {
        found.extend(document.set(argument).err().map(|diagnostic| *diagnostic));
    }
    set_output(&mut document, overrides.output.as_deref(), &mut found);
    let chosen = chosen_provider(&document.value, overrides.provider.as_deref());
    let others = |place: &str| is_other_provider(place, chosen.as_deref());
    found.extend(interpolate(&mut document, &env::read, &others));

    let schema = to_value(&RawConfig::SCHEMA);
    let problems = check_schema(&document.value, &schema);
    found.extend(problems_to_diagnostics(&document, "", &problems));

    let uses = plugin_uses(&document.value, chosen.as_deref());
    for at in &uses {
        if at.name.is_empty() {
            let message = format!("the {} has neither `plugin` nor `library`", at.kind);
            found.push(Diagnostic::error(code::MISSING_KEY, message).at(document.spans.closest(&at.pointer)));
        }
    }
    let (registry, plugin_problems, sources) = judge_plugins(&document, uses, overrides);
    found.extend(plugin_problems);

    let raw = if problems.is_empty() {
        RawConfig::deserialize(&document.value).map_err(|e| e.to_string())
    } else {
        Err(String::new())
    };
    let settings = match raw {
        Ok(raw) => match validate::settings(&document, raw, overrides.provider.as_deref()) {
            Ok(settings) => Some(settings),
            Err(diagnostics) => {
                found.extend(diagnostics);
                None
            }
        },
        Err(text) => {
            if !text.is_empty() {
                found.push(Diagnostic::error(code::BAD_SETTING, text));
            }
            // The rules are checked by a schema of their own, so they can be judged all the same.
            if let Some(tables) = document.value.pointer("/enrich/output").and_then(Value::as_object) {
                found.extend(validate::rule_mistakes(&document, tables));
            }
            None
        }
    };
    let (errors, warnings): (Vec<_>, Vec<_>) = found.into_iter().partition(Diagnostic::is_error);
    match settings {
        Some(settings) if errors.is_empty() => Ok(Loaded { document, settings, registry, sources, warnings }),
        _ => {
            let only_plugins = !errors.is_empty() && errors.iter().all(|d| d.code == code::PLUGIN);
            let diagnostics = errors.into_iter().chain(warnings).collect();
            Err(LoadError::Wrong(Box::new(Wrong { document, diagnostics, only_plugins })))
        }
    }
}

pub(super) fn read(path: &Path) -> Result<Document, LoadError> {
    if path != Path::new("-") {
        return Ok(Document::read(path)?);
    }
    let mut bytes = Vec::new();
    let name = "standard input";
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|source| ConfigError::Io { name: name.to_owned(), source })?;
    let text = decode(name, bytes)?;
    Document::parse(name, text.clone()).map_err(|diagnostics| {
        let invalid = InvalidDocument { name: name.to_owned(), text, diagnostics };
        LoadError::Read(ConfigError::Invalid(Box::new(invalid)))
    })
}

/// Carries out `-o`.
fn set_output(document: &mut Document, output: Option<&str>, found: &mut Vec<Diagnostic>) {
    let Some(output) = output else { return };
    let exporters = document.value.get_mut("exporters").and_then(Value::as_array_mut);
    if let Some([Value::Object(only)]) = exporters.map(Vec::as_mut_slice) {
        let config = only.entry("config").or_insert_with(|| json!({}));
        if let Some(config) = config.as_object_mut() {
            config.insert("path".to_owned(), json!(output));
        }
    } else {
        let message = "-o names the file of the one exporter, and the config does not have exactly one";
        let diagnostic = Diagnostic::error(code::BAD_SET, message).at(document.spans.closest("/exporters"));
        found.push(diagnostic.with_help("use --set with the exporter's path, or edit the config"));
    }
}

pub(super) fn chosen_provider(value: &Value, flag: Option<&str>) -> Option<String> {
    let written = value.pointer("/enrich/provider").and_then(Value::as_str);
    let only = || {
        let providers = value.get("providers")?.as_object()?;
        (providers.len() == 1).then(|| providers.keys().next().cloned()).flatten()
    };
    flag.or(written).map(str::to_owned).or_else(only)
}

fn is_other_provider(place: &str, chosen: Option<&str>) -> bool {
    let segments = pointer::segments(place);
    matches!(segments.as_slice(), [first, name, ..] if first == "providers" && Some(name.as_str()) != chosen)
}

/// A value of a table, if it is there and of the right type; what is wrong with it is said elsewhere.
fn value_of<T: DeserializeOwned>(table: &Value, key: &str) -> Option<T> {
    T::deserialize(table.get(key)?).ok()
}

/// The plugins that a config names, read without trusting its shape.
pub(super) fn plugin_uses(value: &Value, provider: Option<&str>) -> Vec<PluginUse> {
    let raw = |table: &Value| RawPlugin {
        plugin: table.get("plugin").and_then(Value::as_str).map(str::to_owned),
        library: table.get("library").and_then(Value::as_str).map(PathBuf::from),
        isolation: value_of(table, "isolation").unwrap_or_default(),
        timeout_secs: value_of(table, "timeout_secs").unwrap_or_else(raw::plugin_timeout_secs),
        config: table.get("config").and_then(Value::as_object).cloned().unwrap_or_default(),
    };
    let mut uses = Vec::new();
    let mut add = |kind, table: Option<&Value>, place: String| {
        if let Some(table) = table.filter(|table| table.is_object()) {
            uses.push(validate::plugin_use(kind, &raw(table), place));
        }
    };
    add(PluginKind::Scraper, value.get("scraper"), "/scraper".to_owned());
    match value.get("cache") {
        None => add(PluginKind::Cache, Some(&json!({"plugin": defaults::CACHE_PLUGIN})), "/cache".to_owned()),
        cache => add(PluginKind::Cache, cache, "/cache".to_owned()),
    }
    if let Some(name) = provider {
        let place = pointer::push("/providers", name);
        add(PluginKind::Provider, value.pointer(&place), place);
    }
    let exporters = value.get("exporters").and_then(Value::as_array);
    for (at, exporter) in exporters.into_iter().flatten().enumerate() {
        add(PluginKind::Exporter, Some(exporter), format!("/exporters/{at}"));
    }
    uses
}

/// What is odd about the secrets of a table. Those that are missing are for the commands that need them.
fn secret_warnings(document: &Document, base: &str, config: &Value, source: &Source) -> Vec<Diagnostic> {
    let schema = &source.manifest().config_schema;
    let sources = SecretSources::with_files(&env::read);
    let (mut found, _) = resolve_secrets(document, base, schema, &mut config.clone(), sources);
    found.retain(|diagnostic| !diagnostic.is_error());
    found
}

/// The folders that a config adds to the search path.
pub(super) fn plugin_path(value: &Value) -> Vec<PathBuf> {
    let paths = value.pointer("/plugins/path").and_then(Value::as_array);
    paths.into_iter().flatten().filter_map(|path| path.as_str().map(PathBuf::from)).collect()
}

/// Finds each plugin, and checks its table against its own schema.
fn judge_plugins(
    document: &Document,
    uses: Vec<PluginUse>,
    overrides: &Overrides,
) -> (Registry, Vec<Diagnostic>, Vec<(PluginUse, Source)>) {
    let paths = plugin_path(&document.value);
    let pins = document.value.pointer("/plugins/pins").and_then(Value::as_object);
    let pins =
        pins.into_iter().flatten().filter_map(|(name, pin)| Some((name.clone(), pin.as_str()?.to_owned()))).collect();
    let mut registry = Registry::new(SearchPath::new(&overrides.plugin_dirs, &paths), pins);
    let mut found = Vec::new();
    let mut sources = Vec::new();
    for at in uses.into_iter().filter(|at| !at.name.is_empty()) {
        match registry.source(&at) {
            Ok(source) => {
                let problems = check_schema(&at.config, &source.manifest().config_schema);
                let base = pointer::push(&at.pointer, "config");
                found.extend(problems_to_diagnostics(document, &base, &problems));
                found.extend(secret_warnings(document, &base, &at.config, &source));
                sources.push((at, source));
            }
            Err(error) => {
                let key = if at.library.is_some() { "library" } else { "plugin" };
                let span = document.spans.closest(&pointer::push(&at.pointer, key));
                let mut diagnostic = Diagnostic::error(code::PLUGIN, error.to_string()).at(span);
                if let Some(hint) = error.hint() {
                    diagnostic = diagnostic.with_help(hint);
                }
                found.push(diagnostic);
            }
        }
    }
    (registry, found, sources)
}
