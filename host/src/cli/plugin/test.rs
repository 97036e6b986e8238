//! `rowsmith plugin test`: runs the conformance suite on a library.

use crate::cli::Context;
use crate::cli::plugin::args::PluginTestArgs;
use crate::cli::plugin::test_folder::{WorkingFolder, resolve_paths};
use crate::diagnostic::Diagnostic;
use crate::document::{Document, ProblemKind, SecretSources, check_schema, problems_to_diagnostics, resolve_secrets};
use crate::exit_code::ExitCode;
use crate::plugin::image::Image;
use crate::plugin::loader;
use crate::settings::env;
use crate::startup::{HostError, Overrides, load};
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::program::WORKING_DIRECTORY;
use rowsmith_plugin_testkit::conformance::places::{Place, places, without_places_of_run};
use rowsmith_plugin_testkit::conformance::{Report, Suite, Worker, is_worker};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::path::{Path, absolute};
use std::time::Duration;

pub(super) fn run(context: &Context, args: &PluginTestArgs) -> Result<ExitCode, HostError> {
    let image = Image::read(&args.file)?;
    let mut document = config(context, args, &image.manifest)?;
    check_settings(&document, &image.manifest)?;
    if args.keep_secrets {
        put_secrets(context, &mut document, &image.manifest)?;
    }
    let folder =
        std::env::current_dir().map_err(|error| HostError::Io(format!("cannot find the working folder: {error}")))?;
    let mut config = document.value;
    resolve_paths(&image.manifest, &mut config, &folder);
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
    let defaults = suite.default_places();
    if !defaults.is_empty() {
        return Err(HostError::Usage(needs_places(&image.manifest, &defaults)));
    }
    // A worker process of the suite uses the folder of the process that started it, and prints nothing.
    if is_worker() {
        suite.run();
        return Ok(ExitCode::Success);
    }
    let working_folder = WorkingFolder::enter(&folder)?;
    let report = suite.working_folder(working_folder.path()).run();
    context.data(context.redactor.clean(&report.to_string()))?;
    print_folder_note(context, &image.manifest, args, &report);
    print_responses_note(context, args, &report);
    Ok(if report.is_conforming() { ExitCode::Success } else { ExitCode::Plugin })
}

fn needs(manifest: &Manifest, missing: &[String]) -> String {
    let flags: Vec<String> = missing.iter().map(|name| format!("`--set {name}=…`")).collect();
    format!("the {} plugin `{}` needs {}, or `--config FILE`", manifest.kind, manifest.name, flags.join(" and "))
}

fn needs_places(manifest: &Manifest, places: &[Place]) -> String {
    let names: Vec<String> =
        places.iter().map(|place| format!("`{}`", place.default.as_deref().unwrap_or("-"))).collect();
    let flags: Vec<String> = places.iter().map(|place| format!("`--set {}=…`", place.name())).collect();
    format!(
        "the {} plugin `{}` uses {} by default, which may hold data; the test needs places of its own: {}",
        manifest.kind,
        manifest.name,
        names.join(" and "),
        flags.join(" and ")
    )
}

/// Programs run in a temporary folder too, where they do not find files beside them.
fn print_folder_note(context: &Context, manifest: &Manifest, args: &PluginTestArgs, report: &Report) {
    let settings = manifest.config_schema["properties"].as_object();
    let folder = settings.into_iter().flatten().find(|(_, setting)| setting["format"] == WORKING_DIRECTORY);
    let Some((name, _)) = folder.filter(|_| !report.is_conforming() && args.config.is_none()) else { return };
    if !args.set.iter().any(|set| set.starts_with(&format!("{name}="))) {
        let text = "the suite runs programs in a temporary folder; if the program needs files of this folder, use";
        context.printer.note(format_args!("{text} `--set {name}=.`"));
    }
}

/// A suite sends no request to a service, so a plugin over HTTP needs recorded responses.
fn print_responses_note(context: &Context, args: &PluginTestArgs, report: &Report) {
    let Some(request) = report.unanswered.as_ref().filter(|_| !report.is_conforming()) else { return };
    let request = context.redactor.clean(request);
    context.printer.note(format_args!("the suite sends no requests to services, and has no response for `{request}`"));
    let config = if args.config.is_some() { "" } else { "--config rowsmith.toml " };
    context.printer.hint(format_args!(
        "record the responses of a run with `rowsmith run --record DIR`, then add `{config}--replay DIR`"
    ));
}

/// Returns the plugin's settings: those of `--config`, overridden by `--set`.
fn config(context: &Context, args: &PluginTestArgs, manifest: &Manifest) -> Result<Document, HostError> {
    let mut document = Document::parse("--set", "").map_err(|_| HostError::Usage("cannot read `--set`".into()))?;
    let mut services = Vec::new();
    if let Some(path) = &args.config {
        if !is_safe_with_settings_of_run(manifest) {
            return Err(HostError::Usage(format!(
                "`--config` cannot be used with the {} plugin `{}`: it has no setting with a place that the test can \
                 replace, so the data of a run could be lost; use `--set` with a place for the test",
                manifest.kind, manifest.name
            )));
        }
        let mut config = config_of_run(context, path, manifest)?;
        services = without_places_of_run(manifest, &mut config);
        document.value = config;
    }
    let before = document.value.clone();
    for argument in &args.set {
        document.set(&with_folder_as_text(argument)).map_err(|problem| HostError::Usage(problem.message.clone()))?;
    }
    let unchanged = |place: &Place| document.get(&place.pointer()) == before.pointer(&place.pointer());
    if let Some(place) = services.iter().find(|place| unchanged(place)) {
        return Err(HostError::Usage(format!(
            "`{}` of the config is the place of a run, whose data could be lost; add `--set {}=…` with a place for the test",
            place.name(),
            place.name()
        )));
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

/// Quotes a value that begins with the suite's placeholder for a folder; TOML would read it as a table.
fn with_folder_as_text(argument: &str) -> Cow<'_, str> {
    match argument.split_once('=') {
        Some((key, value)) if value.starts_with("{dir}") => Cow::Owned(format!("{key}={}", json!(value))),
        _ => Cow::Borrowed(argument),
    }
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

/// Returns whether the suite can use the settings of a run. Its checks clear stores and replace files. It recognizes the
/// settings that name a place; a plugin with other settings only may use the data of the run.
fn is_safe_with_settings_of_run(manifest: &Manifest) -> bool {
    let schema = &manifest.config_schema;
    match manifest.kind {
        PluginKind::Cache | PluginKind::Exporter => {
            schema["properties"].as_object().is_some_and(Map::is_empty) || !places(schema, &json!({})).is_empty()
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
    let file = absolute(&args.file).map_err(|error| HostError::Io(format!("cannot find the plugin: {error}")))?;
    let arguments = ["plugin".into(), "test".into(), "--".into(), file.into_os_string()];
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
    fn only_settings_with_a_place_are_safe() {
        let path = r#"{"path":{"type":"string"},"size":{"type":"integer"}}"#;
        let address = r#"{"address":{"type":"string"}}"#;
        let file = r#"{"store":{"type":"object","default":{},"properties":{"file":{"type":"string"}}}}"#;
        let other = r#"{"cluster":{"type":"string"}}"#;
        let paths = r#"{"path":{"type":"object","properties":{"path":{"type":"string"}}}}"#;
        for (kind, properties, is_safe) in [
            ("cache", path, true),
            ("cache", address, true),
            ("cache", file, true),
            ("cache", other, false),
            ("cache", paths, false),
            ("cache", "{}", true),
            ("exporter", path, true),
            ("exporter", other, false),
            ("scraper", address, true),
            ("provider", address, true),
        ] {
            assert_eq!(is_safe_with_settings_of_run(&manifest(kind, properties)), is_safe, "{kind} {properties}");
        }
    }
}
