//! `rowsmith check`: validates everything before a run.

use super::Context;
use super::args::CheckArgs;
use super::record_replay;
use crate::diagnostic::{Diagnostic, code};
use crate::document::{SecretSources, pointer, resolve_secrets};
use crate::exit_code::ExitCode;
use crate::rules::{OutputColumn, answer_size};
use crate::settings::Isolation;
use crate::settings::env;
use crate::startup::open_plugins::OpenPlugins;
use crate::startup::{HostError, Loaded, LoadedPlugin, command_files, insecure_address, pins};
use rowsmith_plugin_api::manifest::Capability;
use std::fmt::Write as _;

pub(super) async fn run(context: &Context, args: CheckArgs) -> Result<ExitCode, HostError> {
    let loaded = context.load(&args.config, None)?;
    let mut lines = String::new();
    let pins = pins::of(&loaded.document);
    for plugin in &loaded.plugins {
        let LoadedPlugin { usage, source } = plugin;
        let manifest = source.manifest();
        let apart = if usage.isolation == Isolation::Process { ", in a separate process" } else { "" };
        // Writing to a String cannot fail.
        writeln!(lines, "{:<10}{} {} ({}{apart})", usage.kind, manifest.name, manifest.version, source.place())
            .unwrap_or_default();
        if let Some(files) = command_files::describe(plugin, &pins) {
            writeln!(lines, "{:<10}starts {files}", "").unwrap_or_default();
        }
    }
    let missing = missing_secrets(&loaded);
    let name = loaded.document.name.clone();
    if !missing.is_empty() && !context.printer.quiet {
        let warnings: Vec<Diagnostic> = missing.iter().cloned().map(as_warning).collect();
        context.printer.rendered(loaded.document.render(&warnings, context.printer.color));
    }
    let insecure: Vec<Diagnostic> =
        loaded.plugins.iter().filter_map(|plugin| insecure_address(&loaded, plugin)).collect();
    if !insecure.is_empty() && !context.printer.quiet {
        context.printer.rendered(loaded.document.render(&insecure, context.printer.color));
    }
    let unbounded = unbounded_columns(&loaded);
    if !unbounded.is_empty() && !context.printer.quiet {
        context.printer.rendered(loaded.document.render(&unbounded, context.printer.color));
    }
    if args.no_code {
        context.data(format_args!("{lines}{name} is valid, as far as can be checked without the code of plugins"))?;
        return Ok(ExitCode::Success);
    }
    let may_be_missing = !args.online || args.record_replay.replay.is_some();
    let open_plugins = context
        .open_plugins(loaded, may_be_missing)
        .without_changes()
        .with_record_replay(record_replay::open(context, &args.record_replay)?)?;
    open_all(&open_plugins).await?;
    context.data(lines.trim_end())?;
    if args.online {
        context.data(verify(&open_plugins).await?)?;
    }
    let secrets = if missing.is_empty() { "" } else { "; a run needs the secrets above" };
    context.data(format_args!("{name} is valid{secrets}"))?;
    Ok(record_replay::finish(context, &open_plugins, ExitCode::Success))
}

/// Returns the warning about a key that a run would refuse to send unencrypted.
fn insecure_address(loaded: &Loaded, plugin: &LoadedPlugin) -> Option<Diagnostic> {
    let schema = &plugin.source.manifest().config_schema;
    insecure_address::problem(&loaded.document, &plugin.usage, schema).map(as_warning)
}

/// Returns a warning for each output column whose values have no maximum size.
fn unbounded_columns(loaded: &Loaded) -> Vec<Diagnostic> {
    let outputs = loaded.settings.enrich.output.iter().filter(|output| !answer_size::is_bounded(&output.rule));
    let warning = |output: &OutputColumn| {
        let pointer = pointer::push("/enrich/output", &output.name);
        let message = format!("the values of `{}` have no maximum size", output.name);
        let help = "set `max_words` or `max_length`, so that the output limit of calls fits; now it is estimated";
        let diagnostic = Diagnostic::error(code::BAD_RULE, message).at(loaded.document.spans.closest(&pointer));
        as_warning(diagnostic.with_help(help))
    };
    outputs.map(warning).collect()
}

async fn open_all(open_plugins: &OpenPlugins) -> Result<(), HostError> {
    let scraper = open_plugins.scraper().await?;
    open_plugins.cache().await?;
    open_plugins.provider().await?;
    let exporters = open_plugins.exporters(false).await?;
    open_plugins.check_targets(&exporters, &scraper).await.map(drop)
}

async fn verify(open_plugins: &OpenPlugins) -> Result<String, HostError> {
    let (provider, info) = open_plugins.provider().await?;
    if !provider.can(Capability::Verify) {
        return Ok(format!("{} cannot verify `{}` without a call", provider.name, info.model));
    }
    provider.client.verify().await.map_err(|error| open_plugins.call_error(&provider, error))
}

/// Returns the errors of secrets, which a run needs and a check does not.
fn missing_secrets(loaded: &Loaded) -> Vec<Diagnostic> {
    let mut missing = Vec::new();
    for LoadedPlugin { usage, source } in &loaded.plugins {
        let mut config = usage.config.clone();
        let base = pointer::push(&usage.pointer, "config");
        let schema = &source.manifest().config_schema;
        let (found, _) =
            resolve_secrets(&loaded.document, &base, schema, &mut config, SecretSources::with_files(&env::read));
        // The warnings were printed when the config was loaded.
        missing.extend(found.into_iter().filter(Diagnostic::is_error));
    }
    missing
}

fn as_warning(diagnostic: Diagnostic) -> Diagnostic {
    Diagnostic { severity: crate::diagnostic::Severity::Warning, ..diagnostic }
}
