//! `rowsmith plugin`: what is found where, and what it can be told. No code of any plugin runs.

use super::Context;
use super::args::{OutputFormat, PluginArgs, PluginCommand};
use super::run::pretty;
use crate::config::nearest;
use crate::error::HostError;
use crate::exit_code::ExitCode;
use crate::plugin::PluginError;
use crate::plugin::discovery::SearchPath;
use crate::plugin::image::Image;
use crate::plugin::registry::Registry;
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::PluginKind;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

/// A plugin that was found.
struct Found {
    place: String,
    judged: Result<(Manifest, Option<String>), PluginError>,
    hidden_by: Option<String>,
}

pub(super) fn run(context: &Context, args: PluginArgs) -> Result<ExitCode, HostError> {
    match args.command {
        PluginCommand::List { format } => list(context, format),
        PluginCommand::Info { name, kind, format } => info(context, &name, kind, format),
    }
}

fn found(context: &Context) -> Vec<Found> {
    let registry = Registry::new(SearchPath::new(&context.global.plugin_dirs, &[]), BTreeMap::new());
    let files = registry.search().files().into_iter().map(|file| Found {
        place: file.path.display().to_string(),
        judged: Image::read(&file.path).map(with_hash),
        hidden_by: file.hidden_by.map(|path| path.display().to_string()),
    });
    let mut all: Vec<Found> = files.collect();
    for manifest in registry.linked() {
        let other = all.iter().find(|f| is(f, manifest.kind, &manifest.name)).map(|f| f.place.clone());
        all.push(Found { place: "built in".to_owned(), judged: Ok((manifest.clone(), None)), hidden_by: other });
    }
    all
}

fn with_hash(image: Image) -> (Manifest, Option<String>) {
    let hash = image.sha256();
    (image.manifest, Some(hash))
}

fn is(found: &Found, kind: PluginKind, name: &str) -> bool {
    found.judged.as_ref().is_ok_and(|(m, _)| m.kind == kind && m.name == name)
}

fn list(context: &Context, format: OutputFormat) -> Result<ExitCode, HostError> {
    let mut all = found(context);
    all.sort_by_key(|f| f.judged.as_ref().map(|(m, _)| (m.kind, m.name.clone())).map_err(|_| f.place.clone()).ok());
    if format == OutputFormat::Json {
        let entries: Vec<Value> = all.iter().map(entry).collect();
        context.data(pretty(&json!(entries)))?;
        return Ok(ExitCode::Success);
    }
    for plugin in &all {
        match &plugin.judged {
            Ok((manifest, _)) => {
                let hidden =
                    plugin.hidden_by.as_ref().map_or_else(String::new, |by| format!("  (not used: {by} comes first)"));
                context.data(format_args!(
                    "{:<9} {:<12} {:<8} {}\n{:<31} {}{hidden}",
                    manifest.kind, manifest.name, manifest.version, manifest.about, "", plugin.place
                ))?;
            }
            Err(error) => context.printer.warning(error),
        }
    }
    if all.is_empty() {
        let registry = SearchPath::new(&context.global.plugin_dirs, &[]);
        let places: Vec<_> = registry.folders().iter().map(|p| p.display().to_string()).collect();
        context.printer.warning(format_args!("no plugins were found; looked in {}", places.join(", ")));
        context
            .printer
            .hint("`cargo build --workspace` puts them beside the binary; or name a folder with --plugin-dir");
    }
    Ok(ExitCode::Success)
}

fn entry(plugin: &Found) -> Value {
    match &plugin.judged {
        Ok((manifest, hash)) => json!({
            "kind": manifest.kind, "name": manifest.name, "version": manifest.version, "about": manifest.about,
            "abi": manifest.abi, "api_version": manifest.api_version, "capabilities": manifest.capabilities,
            "path": plugin.place, "sha256": hash, "hidden_by": plugin.hidden_by,
        }),
        Err(error) => json!({"path": plugin.place, "error": error.to_string(), "hidden_by": plugin.hidden_by}),
    }
}

fn info(context: &Context, name: &str, kind: Option<PluginKind>, format: OutputFormat) -> Result<ExitCode, HostError> {
    let plugin = if Path::new(name).is_file() { from_file(name) } else { by_name(context, name, kind)? };
    let (manifest, hash) = plugin.judged.as_ref().map_err(|error| HostError::Usage(error.to_string()))?;
    if format == OutputFormat::Json {
        let mut value = entry(&plugin);
        value["config_schema"] = manifest.config_schema.clone();
        context.data(pretty(&value))?;
        return Ok(ExitCode::Success);
    }
    let mut text = String::new();
    let mut line = |name: &str, value: &str| writeln!(text, "{name:<14}{value}").unwrap_or_default();
    line("Plugin", &format!("{} ({})", manifest.name, manifest.kind));
    line("About", &manifest.about);
    line("Version", &manifest.version);
    line("Plugin API", &format!("{} (ABI {})", manifest.api_version, manifest.abi));
    line(
        "Can",
        &if manifest.capabilities.is_empty() { "the basics".to_owned() } else { manifest.capabilities.join(", ") },
    );
    line("File", &plugin.place);
    if let Some(hash) = hash {
        line("SHA-256", hash);
    }
    if let Some(other) = &plugin.hidden_by {
        line("Not used", &format!("{other} comes first"));
    }
    settings(&mut text, &manifest.config_schema, "");
    context.data(text.trim_end())?;
    Ok(ExitCode::Success)
}

fn from_file(path: &str) -> Found {
    let judged = Image::read(Path::new(path)).map(with_hash);
    Found { place: path.to_owned(), judged, hidden_by: None }
}

fn by_name(context: &Context, name: &str, kind: Option<PluginKind>) -> Result<Found, HostError> {
    let split = name.split_once('-').and_then(|(k, n)| Some((PluginKind::from_name(k)?, n)));
    let (kind, bare) = match (kind, split) {
        (Some(kind), _) => (Some(kind), name),
        (None, Some((kind, bare))) => (Some(kind), bare),
        (None, None) => (None, name),
    };
    let all = found(context);
    let names: Vec<String> =
        all.iter().filter_map(|f| f.judged.as_ref().ok()).map(|(m, _)| format!("{}-{}", m.kind, m.name)).collect();
    let mut fitting: Vec<Found> = all
        .into_iter()
        .filter(|f| {
            f.hidden_by.is_none()
                && f.judged.as_ref().is_ok_and(|(m, _)| m.name == bare && kind.is_none_or(|k| k == m.kind))
        })
        .collect();
    if fitting.len() > 1 {
        let kinds: Vec<_> =
            fitting.iter().filter_map(|f| f.judged.as_ref().ok()).map(|(m, _)| format!("{}-{bare}", m.kind)).collect();
        return Err(HostError::Usage(format!(
            "`{name}` is the name of several plugins; say which: {}",
            kinds.join(", ")
        )));
    }
    fitting.pop().ok_or_else(|| {
        let bare_names = names.iter().map(|full| full.split_once('-').map_or(full.as_str(), |(_, n)| n));
        let near = nearest(bare, bare_names).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
        HostError::Usage(
            format!("there is no plugin `{name}`{near} There are: {}", names.join(", ")).replace("` There", "`. There"),
        )
    })
}

/// The settings of a plugin as a table, nested ones with dots.
fn settings(text: &mut String, schema: &Value, prefix: &str) {
    let properties = schema.get("properties").and_then(Value::as_object);
    let required = schema.get("required").and_then(Value::as_array);
    for (name, property) in properties.into_iter().flatten() {
        let must = required.is_some_and(|r| r.iter().any(|n| n == name));
        let default = property.get("default").map(|d| format!(", default {d}"));
        let kind = type_text(property);
        let need = if must { ", required" } else { "" };
        let about = property.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " ");
        // Writing to a String cannot fail.
        writeln!(text, "\n  {prefix}{name} ({kind}{need}{})\n      {about}", default.unwrap_or_default())
            .unwrap_or_default();
        if property.get("properties").is_some() {
            settings(text, property, &format!("{prefix}{name}."));
        }
    }
}

fn type_text(property: &Value) -> String {
    if let Some(values) = property.get("enum").and_then(Value::as_array) {
        return values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" | ");
    }
    match (property.get("format").and_then(Value::as_str), property.get("type").and_then(Value::as_str)) {
        (Some("secret"), _) => "secret: { env = \"NAME\" } or { file = \"path\" }".to_owned(),
        (_, Some("array")) => {
            format!("list of {}", property.get("items").map_or_else(|| "anything".to_owned(), type_text))
        }
        (_, Some("object")) if property.get("properties").is_none() => "table".to_owned(),
        (_, Some(name)) => name.to_owned(),
        _ => "anything".to_owned(),
    }
}
