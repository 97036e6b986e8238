//! `rowsmith plugin info`: one plugin, and what it can be told.

use super::found::{by_name, entry, from_file};
use crate::cli::Context;
use crate::cli::args::OutputFormat;
use crate::cli::run::pretty;
use crate::error::HostError;
use crate::exit_code::ExitCode;
use rowsmith_plugin_api::manifest::PluginKind;
use serde_json::Value;
use std::fmt::Write as _;
use std::path::Path;

pub(super) fn run(
    context: &Context,
    name: &str,
    kind: Option<PluginKind>,
    format: OutputFormat,
) -> Result<ExitCode, HostError> {
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
