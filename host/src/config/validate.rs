//! Validates what a schema cannot express, and returns the settings. Pure, except for the file of `output_schema`.

use super::provider_choice::ProviderChoice;
use super::raw::{RawConfig, RawProvider};
use crate::diagnostic::{Diagnostic, code};
use crate::document::{Document, nearest, pointer, problems_to_diagnostics, read_text};
use crate::rules::{OutputColumn, RuleProblem, from_json_schema, from_tables};
use crate::settings::{Anchor, Enrich, Pairing, Settings, defaults};
use serde_json::Value;
use std::path::Path;

struct Validator<'a> {
    document: &'a Document,
    diagnostics: Vec<Diagnostic>,
}

/// Validates the config and returns its settings.
///
/// # Errors
/// All problems.
pub fn settings(document: &Document, raw: RawConfig, choice: &ProviderChoice) -> Result<Settings, Vec<Diagnostic>> {
    let mut validator = Validator { document, diagnostics: Vec::new() };
    let provider = validator.provider_name(&raw, choice);
    let output = validator.output(&raw);
    validator.batch(&raw);
    validator.budget(&raw, provider.as_ref().and_then(|name| raw.providers.get(name)));
    if raw.exporters.is_empty() {
        validator.error("/exporters", "there is no exporter", "add [[exporters]] with a plugin, for example \"csv\"");
    }
    let settings = provider.filter(|_| validator.diagnostics.is_empty()).and_then(|name| build(raw, name, output));
    settings.ok_or(validator.diagnostics)
}

/// Returns the problems of the output columns, for a config that is invalid elsewhere.
pub fn output_problems(document: &Document, tables: &serde_json::Map<String, Value>) -> Vec<Diagnostic> {
    let mut validator = Validator { document, diagnostics: Vec::new() };
    if let Err(problems) = from_tables(tables) {
        validator.rule_problems(problems);
    }
    validator.diagnostics
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
        self.diagnostics.push(diagnostic);
    }

    /// Returns the name of the provider's table.
    fn provider_name(&mut self, raw: &RawConfig, choice: &ProviderChoice) -> Option<String> {
        let names = || raw.providers.keys().map(String::as_str);
        let all = || names().collect::<Vec<_>>().join(", ");
        let Some(name) = choice.name.as_deref() else {
            self.coded(code::UNKNOWN_PROVIDER, "/enrich", "`provider` is missing", &format!("name one of: {}", all()));
            return None;
        };
        if raw.providers.contains_key(name) {
            return Some(name.to_owned());
        }
        let help = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known providers: {}", all()),
        };
        let from = if choice.from_flag { " (from --provider)" } else { "" };
        self.coded(code::UNKNOWN_PROVIDER, "/enrich/provider", format!("there is no [providers.{name}]{from}"), &help);
        None
    }

    fn output(&mut self, raw: &RawConfig) -> Vec<OutputColumn> {
        let outputs = match (&raw.enrich.output_schema, raw.enrich.output.is_empty()) {
            (Some(_), false) => {
                self.error(
                    "/enrich/output_schema",
                    "`output` and `output_schema` exclude each other",
                    "remove one of them",
                );
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
                    self.diagnostics.extend(problems_to_diagnostics(self.document, BASE, &problems));
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
            let pointer = pointer::push("/enrich/output", &output.name);
            if matches!(output.name.as_str(), "id" | "tag") {
                let help = "`id` and `tag` are reserved; use another key, and `column` for the exported name";
                self.coded(code::BAD_RULE, &pointer, format!("`{}` is a reserved name", output.name), help);
            }
            if columns.contains(&output.column.as_str()) {
                self.coded(
                    code::BAD_RULE,
                    &pointer,
                    format!("two output columns have the name `{}`", output.column),
                    "",
                );
            }
            if raw.enrich.input.contains(&output.column) {
                let message = format!("`{}` is both an input and an output column", output.column);
                self.coded(code::BAD_RULE, &pointer, message, "give the output another name with `column`");
            }
            columns.push(&output.column);
        }
    }

    fn batch(&mut self, raw: &RawConfig) {
        let (rows, max) = (raw.batch.max_rows.get(), defaults::MAX_ROWS_PER_CALL);
        if !raw.batch.allow_larger && rows > max {
            let message = format!("`max_rows` is {rows}, which is more than {max}");
            let help =
                "larger calls give worse answers and lose more when they fail; set `allow_larger = true` to allow them";
            self.error("/batch/max_rows", message, help);
        }
        if !(0.0..=1.0).contains(&raw.batch.suspect_equal) {
            let message = format!("`suspect_equal` is {}, which is not between 0 and 1", raw.batch.suspect_equal);
            self.error("/batch/suspect_equal", message, "0.5 checks texts that half of the rows of a call have");
        }
        if !(0.0..=1.0).contains(&raw.batch.audit) {
            let message = format!("`audit` is {}, which is not between 0 and 1", raw.batch.audit);
            self.error("/batch/audit", message, "0.02 asks 2 % of the rows again");
        }
        if let Pairing::Column(column) = &raw.batch.pairing {
            self.input_column(raw, "pairing", column, "use \"tag\", \"off\" or one of the input columns");
        }
        if let Anchor::Column(column) = &raw.batch.anchor {
            self.input_column(raw, "anchor", column, "use \"auto\", \"off\" or one of the input columns");
        }
    }

    /// Checks that a key of `[batch]` names an input column.
    fn input_column(&mut self, raw: &RawConfig, key: &str, column: &String, help: &str) {
        let input = &raw.enrich.input;
        if input.is_empty() || input.contains(column) {
            return;
        }
        let near = nearest(column, input.iter().map(String::as_str));
        let help = near.map_or_else(|| help.to_owned(), |near| format!("did you mean `{near}`?"));
        let message = format!("`{key}` names the column `{column}`, which is not in `enrich.input`");
        self.error(&format!("/batch/{key}"), message, &help);
    }

    fn budget(&mut self, raw: &RawConfig, provider: Option<&RawProvider>) {
        if raw.limits.max_cost_usd.is_some_and(|usd| usd.is_nan() || usd < 0.0) {
            self.error(
                "/limits/max_cost_usd",
                "`max_cost_usd` is negative",
                "remove it for a run without a cost limit",
            );
        }
        if !(0.0..=1.0).contains(&raw.limits.min_valid_share) {
            let message = format!("`min_valid_share` is {}, which is not between 0 and 1", raw.limits.min_valid_share);
            self.error(
                "/limits/min_valid_share",
                message,
                "0.1 stops a run in which less than 10 % of the rows are valid",
            );
        }
        if raw.limits.max_cost_usd.is_some() && provider.is_some_and(|p| p.prices.is_none()) {
            let help = "add [providers.NAME.prices] with input_usd_per_million and output_usd_per_million";
            self.error(
                "/limits/max_cost_usd",
                "`max_cost_usd` requires the prices of the provider, which are unknown",
                help,
            );
        }
    }
}

fn read_schema(path: &Path) -> Result<Vec<OutputColumn>, String> {
    let text = read_text(path).map_err(|error| error.to_string())?;
    let schema: Value =
        serde_json::from_str(&text).map_err(|error| format!("{} is not JSON: {error}", path.display()))?;
    from_json_schema(&schema).map_err(|problem| format!("{}: {problem}", path.display()))
}

/// Builds the settings from a valid config.
fn build(raw: RawConfig, provider_name: String, output: Vec<OutputColumn>) -> Option<Settings> {
    let RawConfig { cache, enrich, mut providers, batch, limits, run, .. } = raw;
    let RawProvider { limits: provider_limits, retry, prices, .. } = providers.remove(&provider_name)?;
    Some(Settings {
        provider_name,
        provider_limits,
        retry,
        prices,
        enrich: Enrich {
            input: enrich.input,
            max_chars: enrich.max_chars.into_iter().map(|(name, max)| (name, max.get())).collect(),
            missing_input: enrich.missing_input,
            instructions: enrich.instructions,
            output,
        },
        batch,
        cache: cache.map(|cache| cache.settings).unwrap_or_default(),
        budget: limits,
        run,
    })
}
