//! From the written config to checked settings: what a schema cannot say. Pure but for `output_schema`'s file.

use super::raw::{RawConfig, RawPlugin, RawProvider};
use crate::diagnostic::{Diagnostic, code};
use crate::document::{Document, nearest, pointer, problems_to_diagnostics, read_text};
use crate::rules::{OutputColumn, RuleProblem, from_json_schema, from_tables};
use crate::settings::defaults;
use crate::settings::{
    BatchSettings, Budget, Enrich, Isolation, Pairing, PluginUse, ProviderLimits, RunSettings, Settings,
};
use rowsmith_plugin_api::manifest::PluginKind;
use serde_json::Value;
use std::num::NonZeroUsize;
use std::path::Path;
use std::time::Duration;

/// Collects what is wrong while settings are made.
struct Validator<'a> {
    document: &'a Document,
    found: Vec<Diagnostic>,
}

/// Makes settings, or says all that is wrong.
pub fn settings(document: &Document, raw: RawConfig, provider: Option<&str>) -> Result<Settings, Vec<Diagnostic>> {
    let mut validator = Validator { document, found: Vec::new() };
    let provider_name = validator.provider_name(&raw, provider);
    let output = validator.output(&raw);
    validator.batch(&raw);
    validator.budget(&raw, provider_name.as_deref().and_then(|name| raw.providers.get(name)));
    if raw.exporters.is_empty() {
        validator.error("/exporters", "there is no exporter", "add [[exporters]] with a plugin, for example \"csv\"");
    }
    let (Some(provider_name), true) = (provider_name, validator.found.is_empty()) else {
        return Err(validator.found);
    };
    let Some(provider) = raw.providers.get(&provider_name).cloned() else {
        return Err(validator.found);
    };
    Ok(build(raw, provider_name, &provider, output))
}

/// What is wrong with the rules of the output columns, for a config that is wrong elsewhere too.
pub fn rule_mistakes(document: &Document, tables: &serde_json::Map<String, Value>) -> Vec<Diagnostic> {
    let mut validator = Validator { document, found: Vec::new() };
    if let Err(problems) = from_tables(tables) {
        validator.rule_problems(problems);
    }
    validator.found
}

impl Validator<'_> {
    fn error(&mut self, pointer: &str, message: impl Into<String>, help: &str) {
        self.coded(code::BAD_SETTING, pointer, message, help);
    }

    fn coded(&mut self, code: &'static str, pointer: &str, message: impl Into<String>, help: &str) {
        let mut diagnostic = Diagnostic::error(code, message).at(self.document.spans.closest(pointer));
        if !help.is_empty() {
            diagnostic = diagnostic.with_help(help);
        }
        self.found.push(diagnostic);
    }

    fn provider_name(&mut self, raw: &RawConfig, flag: Option<&str>) -> Option<String> {
        let written = raw.enrich.provider.as_deref();
        let names = || raw.providers.keys().map(String::as_str);
        let Some(name) = flag.or(written) else {
            if raw.providers.len() == 1 {
                return names().next().map(str::to_owned);
            }
            let all = names().collect::<Vec<_>>().join(", ");
            self.coded(code::UNKNOWN_PROVIDER, "/enrich", "`provider` is missing", &format!("name one of: {all}"));
            return None;
        };
        if raw.providers.contains_key(name) {
            return Some(name.to_owned());
        }
        let help = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are: {}", names().collect::<Vec<_>>().join(", ")),
        };
        let from = if flag.is_some() { " (from --provider)" } else { "" };
        self.coded(code::UNKNOWN_PROVIDER, "/enrich/provider", format!("there is no [providers.{name}]{from}"), &help);
        None
    }

    fn output(&mut self, raw: &RawConfig) -> Vec<OutputColumn> {
        let outputs = match (&raw.enrich.output_schema, raw.enrich.output.is_empty()) {
            (Some(_), false) => {
                self.error("/enrich/output_schema", "both `output` and `output_schema` are given", "keep one of them");
                return Vec::new();
            }
            (None, true) => {
                self.error("/enrich", "there is no output column", "add [enrich.output.NAME] with a type");
                return Vec::new();
            }
            (Some(path), true) => match read_schema(path) {
                Ok(outputs) => outputs,
                Err(problem) => {
                    self.coded(code::BAD_RULE, "/enrich/output_schema", problem, "");
                    return Vec::new();
                }
            },
            (None, false) => match from_tables(&raw.enrich.output) {
                Ok(outputs) => outputs,
                Err(problems) => {
                    self.rule_problems(problems);
                    return Vec::new();
                }
            },
        };
        self.output_names(raw, &outputs);
        outputs
    }

    fn rule_problems(&mut self, problems: Vec<RuleProblem>) {
        const BASE: &str = "/enrich/output";
        for problem in problems {
            match problem {
                RuleProblem::Shape(problems) => {
                    self.found.extend(problems_to_diagnostics(self.document, BASE, &problems));
                }
                RuleProblem::Invalid { pointer, reason } => {
                    self.coded(code::BAD_RULE, &format!("{BASE}{pointer}"), reason.to_string(), "");
                }
            }
        }
    }

    fn output_names(&mut self, raw: &RawConfig, outputs: &[OutputColumn]) {
        let mut columns: Vec<&str> = raw.run.status_column.iter().map(String::as_str).collect();
        for output in outputs {
            let place = pointer::push("/enrich/output", &output.name);
            if matches!(output.name.as_str(), "id" | "tag") {
                let help = "these names pair answers with rows; use another key, and `column` for the exported name";
                self.coded(code::BAD_RULE, &place, format!("an output cannot be called `{}`", output.name), help);
            }
            if columns.contains(&output.column.as_str()) {
                self.coded(code::BAD_RULE, &place, format!("two output columns are called `{}`", output.column), "");
            }
            if raw.enrich.input.contains(&output.column) {
                let message = format!("`{}` is both an input and an output column", output.column);
                self.coded(code::BAD_RULE, &place, message, "give the output another name with `column`");
            }
            columns.push(&output.column);
        }
    }

    fn batch(&mut self, raw: &RawConfig) {
        let most = defaults::BATCH_MOST_ROWS;
        if !raw.batch.allow_larger && raw.batch.max_rows.is_some_and(|rows| rows.get() > most) {
            let message = format!("`max_rows` is over {most}");
            let help = "answers get worse and more is lost with a call; if you mean it, set `allow_larger = true`";
            self.error("/batch/max_rows", message, help);
        }
        if !(0.0..=1.0).contains(&raw.batch.audit) {
            self.error("/batch/audit", "`audit` is a share between 0 and 1", "0.02 asks 2 % of the rows again");
        }
        if let Some(column) = raw.batch.pairing.as_deref().filter(|p| !matches!(*p, "tag" | "off"))
            && !raw.enrich.input.is_empty()
            && !raw.enrich.input.iter().any(|c| c == column)
        {
            let message = format!("`pairing` names the column `{column}`, which is not in `enrich.input`");
            self.error("/batch/pairing", message, "use \"tag\", \"off\" or one of the input columns");
        }
    }

    fn budget(&mut self, raw: &RawConfig, provider: Option<&RawProvider>) {
        if raw.limits.max_cost_usd.is_some_and(|usd| usd.is_nan() || usd < 0.0) {
            self.error("/limits/max_cost_usd", "`max_cost_usd` is below 0", "");
        }
        if raw.limits.max_cost_usd.is_some() && provider.is_some_and(|p| p.prices.is_none()) {
            let help = "add [providers.NAME.prices] with input_usd_per_million and output_usd_per_million";
            self.error("/limits/max_cost_usd", "a cost cap needs the provider's prices, which are not known", help);
        }
    }
}

fn read_schema(path: &Path) -> Result<Vec<OutputColumn>, String> {
    let text = read_text(path).map_err(|error| error.to_string())?;
    let schema: Value =
        serde_json::from_str(&text).map_err(|error| format!("{} is not JSON: {error}", path.display()))?;
    from_json_schema(&schema).map_err(|problem| format!("{}: {problem}", path.display()))
}

/// A plugin use from a table that names it; without a plugin's name, the library's file name stands for it.
pub fn plugin_use(kind: PluginKind, raw: &RawPlugin, pointer: impl Into<String>) -> PluginUse {
    let stem =
        || raw.library.as_ref().and_then(|path| path.file_stem()).map(|stem| stem.to_string_lossy().into_owned());
    PluginUse {
        kind,
        name: raw.plugin.clone().or_else(stem).unwrap_or_default(),
        library: raw.library.clone(),
        isolation: raw.isolation,
        timeout: Duration::from_secs(raw.timeout_secs.get()),
        config: Value::Object(raw.config.clone()),
        pointer: pointer.into(),
    }
}

pub(super) fn default_cache() -> RawPlugin {
    RawPlugin {
        plugin: Some(defaults::CACHE_PLUGIN.to_owned()),
        library: None,
        isolation: Isolation::None,
        timeout_secs: super::raw::plugin_timeout_secs(),
        config: serde_json::Map::new(),
    }
}

pub(super) fn provider_plugin(provider: &RawProvider) -> RawPlugin {
    RawPlugin {
        plugin: provider.plugin.clone(),
        library: provider.library.clone(),
        isolation: provider.isolation,
        timeout_secs: provider.timeout_secs,
        config: provider.config.clone(),
    }
}

fn non_zero(number: usize) -> NonZeroUsize {
    NonZeroUsize::new(number).unwrap_or(NonZeroUsize::MIN)
}

fn build(raw: RawConfig, provider_name: String, provider: &RawProvider, output: Vec<OutputColumn>) -> Settings {
    let exporter =
        |(at, exporter): (usize, &RawPlugin)| plugin_use(PluginKind::Exporter, exporter, format!("/exporters/{at}"));
    let provider_pointer = pointer::push("/providers", &provider_name);
    Settings {
        scraper: plugin_use(PluginKind::Scraper, &raw.scraper, "/scraper"),
        cache: plugin_use(PluginKind::Cache, &raw.cache.clone().unwrap_or_else(default_cache), "/cache"),
        provider: plugin_use(PluginKind::Provider, &provider_plugin(provider), provider_pointer),
        provider_name,
        exporters: raw.exporters.iter().enumerate().map(exporter).collect(),
        enrich: Enrich {
            input: raw.enrich.input,
            max_chars: raw.enrich.max_chars.into_iter().map(|(name, most)| (name, most.get())).collect(),
            missing_input: raw.enrich.missing_input,
            instructions: raw.enrich.instructions,
            output,
        },
        provider_limits: provider_limits(provider),
        batch: BatchSettings {
            max_rows: raw.batch.max_rows.unwrap_or_else(|| non_zero(defaults::BATCH_MAX_ROWS)),
            max_input_tokens: raw.batch.max_input_tokens.map(NonZeroUsize::get),
            fallback: raw.batch.fallback,
            pairing: match raw.batch.pairing.as_deref() {
                None | Some("tag") => Pairing::Tag,
                Some("off") => Pairing::Off,
                Some(column) => Pairing::Column(column.to_owned()),
            },
            audit: raw.batch.audit,
        },
        budget: Budget {
            max_calls: raw.limits.max_calls,
            max_tokens: raw.limits.max_tokens,
            max_cost_usd: raw.limits.max_cost_usd,
            deadline: raw.limits.deadline_secs.map(|secs| Duration::from_secs(secs.get())),
            max_failed_rows: raw.limits.max_failed_rows,
        },
        run: RunSettings {
            window_rows: raw.run.window_rows.unwrap_or_else(|| non_zero(defaults::WINDOW_ROWS)),
            on_failure: raw.run.on_failure,
            failure_file: raw.run.failure_file,
            status_column: raw.run.status_column,
            limit: None,
            refresh: false,
            offline: false,
            replayed: false,
        },
    }
}

fn provider_limits(provider: &RawProvider) -> ProviderLimits {
    let attempts = provider.retry.max_attempts;
    ProviderLimits {
        requests_per_minute: provider.limits.requests_per_minute,
        requests_per_day: provider.limits.requests_per_day,
        tokens_per_minute: provider.limits.tokens_per_minute,
        max_concurrency: provider.limits.max_concurrency.unwrap_or_else(|| non_zero(defaults::MAX_CONCURRENCY)),
        timeout: Duration::from_secs(provider.timeout_secs.get()),
        max_attempts: attempts
            .or(std::num::NonZeroU32::new(defaults::MAX_ATTEMPTS))
            .unwrap_or(std::num::NonZeroU32::MIN),
        max_wait: Duration::from_secs(provider.retry.max_wait_secs.unwrap_or(defaults::MAX_WAIT_SECS)),
        input_usd_per_million: provider.prices.as_ref().map(|p| p.input_usd_per_million),
        output_usd_per_million: provider.prices.as_ref().map(|p| p.output_usd_per_million),
    }
}
