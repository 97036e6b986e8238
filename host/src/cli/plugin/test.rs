//! `rowsmith plugin test`: runs the conformance suite on a library.

use crate::cli::Context;
use crate::cli::plugin::args::PluginTestArgs;
use crate::diagnostic::Diagnostic;
use crate::document::{Document, ProblemKind, SecretSources, check_schema, problems_to_diagnostics, resolve_secrets};
use crate::exit_code::ExitCode;
use crate::plugin::image::Image;
use crate::plugin::loader;
use crate::settings::env;
use crate::startup::{HostError, Overrides, load};
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_testkit::conformance::{Suite, Worker};
use serde_json::{Map, Value};
use std::path::Path;
use std::time::Duration;

pub(super) fn run(context: &Context, args: &PluginTestArgs) -> Result<ExitCode, HostError> {
    let image = Image::read(&args.file)?;
    let mut document = config(context, args, &image.manifest)?;
    check_settings(&document, &image.manifest)?;
    if args.keep_secrets {
        put_secrets(context, &mut document, &image.manifest)?;
    }
    let config = document.value;
    let module = loader::open(&image)?;
    let mut suite = Suite::of_module(image.manifest.clone(), module).config(config).worker(worker(args)?);
    suite = suite.call_timeout(Duration::from_secs(args.timeout.get().into()));
    if args.keep_secrets {
        suite = suite.keep_secrets();
    }
    if let Some(folder) = &args.replay {
        suite = suite.cassette(folder).map_err(|error| HostError::Usage(format!("--replay: {}", error.message)))?;
    }
    let missing = suite.missing();
    if !missing.is_empty() {
        return Err(HostError::Usage(needs(&image.manifest, &missing)));
    }
    let report = suite.run();
    // A worker process of the suite prints nothing.
    if !report.checks.is_empty() {
        context.data(context.redactor.clean(&report.to_string()))?;
    }
    Ok(if report.is_conforming() { ExitCode::Success } else { ExitCode::Plugin })
}

fn needs(manifest: &Manifest, missing: &[String]) -> String {
    let flags: Vec<String> = missing.iter().map(|name| format!("`--set {name}=…`")).collect();
    format!("the {} plugin `{}` needs {}, or `--config FILE`", manifest.kind, manifest.name, flags.join(" and "))
}

/// Returns the plugin's settings: those of `--config`, overridden by `--set`.
fn config(context: &Context, args: &PluginTestArgs, manifest: &Manifest) -> Result<Document, HostError> {
    let mut document = Document::parse("--set", "").map_err(|_| HostError::Usage("cannot read `--set`".into()))?;
    if let Some(path) = &args.config {
        if !is_safe_with_settings_of_run(manifest) {
            return Err(HostError::Usage(format!(
                "`--config` cannot be used with the {} plugin `{}`: it has no setting `path` that the test can replace, so \
                 the data of a run could be lost; use `--set` with a location for the test",
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

/// Replaces references to secrets with their texts.
fn put_secrets(context: &Context, document: &mut Document, manifest: &Manifest) -> Result<(), HostError> {
    let mut value = document.value.clone();
    let sources = SecretSources::with_files(&env::read);
    let (problems, secrets) = resolve_secrets(document, "", &manifest.config_schema, &mut value, sources);
    context.redactor.add(secrets);
    let errors: Vec<String> =
        problems.into_iter().filter(Diagnostic::is_error).map(|problem| problem.message).collect();
    if !errors.is_empty() {
        return Err(HostError::Usage(errors.join("\n")));
    }
    document.value = value;
    Ok(())
}

/// Refuses invalid settings. The suite supplies some of the missing ones, so they are checked later.
fn check_settings(document: &Document, manifest: &Manifest) -> Result<(), HostError> {
    let mut problems = check_schema(&document.value, &manifest.config_schema);
    problems.retain(|problem| !matches!(problem.kind, ProblemKind::MissingKey { .. }));
    let messages = problems_to_diagnostics(document, "", &problems).into_iter().map(|problem| {
        let help = problem.help.map_or_else(String::new, |help| format!("; {help}"));
        format!("{}{help}", problem.message)
    });
    let messages: Vec<String> = messages.collect();
    if messages.is_empty() { Ok(()) } else { Err(HostError::Usage(messages.join("\n"))) }
}

/// Returns whether the suite can use the settings of a run. Its checks clear stores and replace files, and it moves only
/// `path` to a temporary folder. Any other setting with a location would lead to the data of the run.
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
        HostError::Usage(format!("{} has no {} plugin `{}`", path.display(), manifest.kind, manifest.name))
    })
}

/// Returns the command of a second process, which some checks need.
fn worker(args: &PluginTestArgs) -> Result<Worker, HostError> {
    let program = std::env::current_exe()
        .map_err(|error| HostError::Io(format!("cannot find the path of this program: {error}")))?;
    // The worker receives the settings with its task.
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
    fn only_settings_with_a_path_are_safe() {
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
