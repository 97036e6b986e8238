//! Loads a config: all passes over the document, all problems at once.

use super::cache_expiry;
use super::command_files;
use super::loaded::{InvalidConfig, LoadError, Loaded, LoadedPlugin};
use super::output;
use crate::config::raw::RawConfig;
use crate::config::{ProviderChoice, plugin_uses, plugins_table, validate};
use crate::diagnostic::{Diagnostic, code};
use crate::document::{
    ConfigError, Document, InvalidDocument, SecretSources, check_schema, decode, interpolate, pointer,
    problems_to_diagnostics, resolve_secrets,
};
use crate::plugin::PluginError;
use crate::plugin::discovery::SearchPath;
use crate::plugin::registry::{Registry, Source};
use crate::settings::{PluginUse, Settings, env};
use rowsmith_plugin_api::schema::{ConfigSchema, to_value};
use serde::Deserialize;
use serde_json::Value;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Options of the command line that override the config.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    /// `--provider`.
    pub provider: Option<String>,
    /// `--set`, in order.
    pub set: Vec<String>,
    /// `-o`: the path of the only exporter. Its extension can select another exporter plugin.
    pub output: Option<String>,
    /// `--plugin-dir`.
    pub plugin_dirs: Vec<PathBuf>,
}

/// Loads a config and finds its plugins. No code of a plugin runs.
///
/// # Errors
/// All problems of the config.
pub fn load(path: &Path, overrides: &Overrides) -> Result<Loaded, LoadError> {
    let mut document = read(path)?;
    let mut diagnostics = override_values(&mut document, overrides);
    let choice = ProviderChoice::new(&document.value, overrides.provider.as_deref());
    let other_providers = |pointer: &str| is_other_provider(pointer, choice.name.as_deref());
    diagnostics.extend(interpolate(&mut document, &env::read, &other_providers));
    let mut registry = registry(&document.value, &overrides.plugin_dirs);
    if let Some(path) = &overrides.output {
        diagnostics.extend(output::choose_plugin(&mut document, path, &mut registry));
    }
    let settings = settings(&document, &choice, &mut diagnostics);
    let uses = plugin_uses(&document.value, choice.name.as_deref());
    diagnostics.extend(unnamed_plugins(&document, &uses));
    let plugins = find_plugins(&document, &mut registry, uses, &mut diagnostics);
    diagnostics.extend(settings.as_ref().and_then(|s| cache_expiry::problem(&document, s, &plugins, &registry)));

    let (errors, warnings): (Vec<_>, Vec<_>) = diagnostics.into_iter().partition(Diagnostic::is_error);
    match settings {
        Some(settings) if errors.is_empty() => Ok(Loaded { document, settings, registry, plugins, warnings }),
        _ => {
            let only_plugins = !errors.is_empty() && errors.iter().all(|error| error.code == code::PLUGIN);
            let diagnostics = errors.into_iter().chain(warnings).collect();
            Err(LoadError::Invalid(Box::new(InvalidConfig { document, diagnostics, only_plugins })))
        }
    }
}

/// Reads and parses a config; `-` is standard input.
pub(super) fn read(path: &Path) -> Result<Document, LoadError> {
    if path != Path::new("-") {
        return Ok(Document::read(path)?);
    }
    let name = "standard input";
    let mut bytes = Vec::new();
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

/// Applies `--set` and `-o`.
fn override_values(document: &mut Document, overrides: &Overrides) -> Vec<Diagnostic> {
    let mut problems = Vec::new();
    for argument in &overrides.set {
        problems.extend(document.set(argument).err().map(|diagnostic| *diagnostic));
    }
    if let Some(path) = &overrides.output {
        problems.extend(output::set_path(document, path));
    }
    problems
}

fn is_other_provider(pointer: &str, provider: Option<&str>) -> bool {
    let segments = pointer::segments(pointer);
    matches!(segments.as_slice(), [first, name, ..] if first == "providers" && Some(name.as_str()) != provider)
}

/// Returns the settings of a config without problems, or adds the problems.
fn settings(document: &Document, choice: &ProviderChoice, diagnostics: &mut Vec<Diagnostic>) -> Option<Settings> {
    let problems = check_schema(&document.value, &to_value(&RawConfig::SCHEMA));
    if !problems.is_empty() {
        diagnostics.extend(problems_to_diagnostics(document, "", &problems));
        // The output columns have a schema of their own, which applies even if other tables are invalid.
        let outputs = document.value.pointer("/enrich/output").and_then(Value::as_object);
        diagnostics.extend(outputs.into_iter().flat_map(|tables| validate::output_problems(document, tables)));
        return None;
    }
    let settings = RawConfig::deserialize(&document.value)
        .map_err(|error| vec![Diagnostic::error(code::BAD_SETTING, error.to_string())])
        .and_then(|raw| validate::settings(document, raw, choice));
    settings.map_err(|problems| diagnostics.extend(problems)).ok()
}

/// Returns an error for every plugin without a name and without a library.
pub(super) fn unnamed_plugins(document: &Document, uses: &[PluginUse]) -> Vec<Diagnostic> {
    let unnamed = uses.iter().filter(|usage| usage.name.is_empty());
    let diagnostic = |usage: &PluginUse| {
        let message = format!("the {} has neither `plugin` nor `library`", usage.kind);
        Diagnostic::error(code::MISSING_KEY, message).at(document.spans.closest(&usage.pointer))
    };
    unnamed.map(diagnostic).collect()
}

fn registry(config: &Value, plugin_dirs: &[PathBuf]) -> Registry {
    let table = plugins_table(config);
    Registry::new(SearchPath::new(plugin_dirs, &table.path), table.pins)
}

/// Finds each plugin, and checks its table against its schema.
fn find_plugins(
    document: &Document,
    registry: &mut Registry,
    uses: Vec<PluginUse>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<LoadedPlugin> {
    let mut plugins = Vec::new();
    for usage in uses.into_iter().filter(|usage| !usage.name.is_empty()) {
        match registry.source(&usage) {
            Ok(source) => {
                diagnostics.extend(table_problems(document, &usage, &source));
                diagnostics.extend(command_files::pin_problems(document, &usage, &source));
                plugins.push(LoadedPlugin { usage, source });
            }
            Err(error) => diagnostics.push(plugin_problem(document, &usage, &error)),
        }
    }
    plugins
}

/// Returns the problems of a plugin's table. Secrets that cannot be read are reported by the commands that need them.
fn table_problems(document: &Document, usage: &PluginUse, source: &Source) -> Vec<Diagnostic> {
    let schema = &source.manifest().config_schema;
    let base = pointer::push(&usage.pointer, "config");
    let mut problems = problems_to_diagnostics(document, &base, &check_schema(&usage.config, schema));
    let sources = SecretSources::with_files(&env::read);
    let (secrets, _) = resolve_secrets(document, &base, schema, &mut usage.config.clone(), sources);
    problems.extend(secrets.into_iter().filter(|diagnostic| !diagnostic.is_error()));
    problems
}

fn plugin_problem(document: &Document, usage: &PluginUse, error: &PluginError) -> Diagnostic {
    let key = if usage.library.is_some() { "library" } else { "plugin" };
    let span = document.spans.closest(&pointer::push(&usage.pointer, key));
    let diagnostic = Diagnostic::error(code::PLUGIN, error.to_string()).at(span);
    error.hint().into_iter().fold(diagnostic, Diagnostic::with_help)
}
