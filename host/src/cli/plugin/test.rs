//! `rowsmith plugin test`: the conformance suite of its kind, run on a library.

use crate::cli::Context;
use crate::cli::plugin::args::PluginTestArgs;
use crate::document::{Document, ProblemKind, check_schema, problems_to_diagnostics};
use crate::exit_code::ExitCode;
use crate::plugin::image::Image;
use crate::plugin::loader;
use crate::startup::{HostError, Overrides, load};
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_testkit::conformance::{Suite, Worker};
use serde_json::{Map, Value};
use std::path::Path;

pub(super) fn run(context: &Context, args: &PluginTestArgs) -> Result<ExitCode, HostError> {
    let image = Image::read(&args.file)?;
    let document = config(context, args, &image.manifest)?;
    check_settings(&document, &image.manifest)?;
    let config = document.value;
    let module = loader::open(&image)?;
    let mut suite = Suite::of_module(image.manifest.clone(), module).config(config).worker(worker(args)?);
    if let Some(folder) = &args.replay {
        suite = suite.cassette(folder).map_err(|error| HostError::Usage(format!("--replay: {}", error.message)))?;
    }
    let missing = suite.missing();
    if !missing.is_empty() {
        return Err(HostError::Usage(needs(&image.manifest, &missing)));
    }
    let report = suite.run();
    // A process that another one of this command has started only does its part.
    if !report.checks.is_empty() {
        context.data(&report)?;
    }
    Ok(if report.is_conforming() { ExitCode::Success } else { ExitCode::Plugin })
}

fn needs(manifest: &Manifest, missing: &[String]) -> String {
    let flags: Vec<String> = missing.iter().map(|name| format!("`--set {name}=…`")).collect();
    format!(
        "the {} plugin `{}` cannot be tested without {}, or `--config FILE` of a run",
        manifest.kind,
        manifest.name,
        flags.join(" and ")
    )
}

/// The plugin's config: what a run gives it, with the `--set` of the command line over it.
fn config(context: &Context, args: &PluginTestArgs, manifest: &Manifest) -> Result<Document, HostError> {
    let mut document = Document::parse("--set", "").map_err(|_| HostError::Usage("`--set` cannot be read".into()))?;
    if let Some(path) = &args.config {
        if !is_safe_with_settings_of_run(manifest) {
            return Err(HostError::Usage(format!(
                "`--config` cannot be used with the {} plugin `{}`: it has no setting `path` that a test could turn \
                 elsewhere, so what the run has stored could be lost; name a place for the test with `--set`",
                manifest.kind, manifest.name
            )));
        }
        document.value = config_of_run(context, path, manifest)?;
    }
    for argument in &args.set {
        document.set(argument).map_err(|problem| HostError::Usage(problem.message.clone()))?;
    }
    Ok(document)
}

/// Settings that the plugin does not know are the user's mistake, not the plugin's. Those that are missing come later: the
/// suite supplies some.
fn check_settings(document: &Document, manifest: &Manifest) -> Result<(), HostError> {
    let mut problems = check_schema(&document.value, &manifest.config_schema);
    problems.retain(|problem| !matches!(problem.kind, ProblemKind::MissingKey { .. }));
    let said = problems_to_diagnostics(document, "", &problems).into_iter().map(|problem| {
        let help = problem.help.map_or_else(String::new, |help| format!("; {help}"));
        format!("{}{help}", problem.message)
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() { Ok(()) } else { Err(HostError::Usage(said.join("\n"))) }
}

/// Checks clear stores and replace files. The suite puts a `path` into a temporary folder; any other setting that names
/// a place would lead it to the run's own data. Where there are no settings, none are taken.
fn is_safe_with_settings_of_run(manifest: &Manifest) -> bool {
    let settings = &manifest.config_schema["properties"];
    match manifest.kind {
        PluginKind::Cache | PluginKind::Exporter => {
            settings["path"]["type"] == "string" || settings.as_object().is_some_and(Map::is_empty)
        }
        PluginKind::Scraper | PluginKind::Provider => true,
    }
}

fn config_of_run(context: &Context, path: &Path, manifest: &Manifest) -> Result<Value, HostError> {
    let overrides = Overrides { plugin_dirs: context.global.plugin_dirs.clone(), ..Overrides::default() };
    let loaded = load(path, &overrides)?;
    let is_this = |other: &Manifest| other.kind == manifest.kind && other.name == manifest.name;
    let used = loaded.plugins.into_iter().find(|plugin| is_this(plugin.source.manifest()));
    used.map(|plugin| plugin.usage.config).ok_or_else(|| {
        HostError::Usage(format!("{} uses no {} plugin `{}`", path.display(), manifest.kind, manifest.name))
    })
}

/// This command again, for the checks that need a second process.
fn worker(args: &PluginTestArgs) -> Result<Worker, HostError> {
    let program = std::env::current_exe()
        .map_err(|error| HostError::Io(format!("cannot find the program that is running: {error}")))?;
    // The settings come with the task.
    let arguments = ["plugin".into(), "test".into(), "--".into(), args.file.clone().into_os_string()];
    Ok(Worker::new(program, arguments))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(kind: &str, properties: &str) -> Manifest {
        let text = format!(
            "rowsmith-manifest 1\nname: x\nkind: {kind}\nversion: 1.0.0\nabout: x\nabi: 1\napi-version: 0.2.0\n\
             capabilities: \nentry: none\nconfig-schema: {{\"type\":\"object\",\"properties\":{properties}}}\n\
             rowsmith-manifest-end\n"
        );
        Manifest::parse(text.as_bytes()).expect("a manifest")
    }

    #[test]
    fn only_a_path_is_turned_away_from_the_data_of_a_run() {
        let path = r#"{"path":{"type":"string"},"size":{"type":"integer"}}"#;
        let address = r#"{"address":{"type":"string"}}"#;
        let paths = r#"{"path":{"type":"object","properties":{"path":{"type":"string"}}}}"#;
        for (kind, properties, is_safe) in [
            ("cache", path, true),
            ("cache", address, false),
            ("cache", paths, false),
            ("cache", "{}", true),
            ("exporter", path, true),
            ("exporter", address, false),
            ("scraper", address, true),
            ("provider", address, true),
        ] {
            assert_eq!(is_safe_with_settings_of_run(&manifest(kind, properties)), is_safe, "{kind} {properties}");
        }
    }
}
