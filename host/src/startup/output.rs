//! `-o FILE`: the path of the only exporter, and an exporter plugin for the extension of the file.

use crate::config::plugin_uses;
use crate::diagnostic::{Diagnostic, code};
use crate::document::{Document, pointer};
use crate::plugin::optional;
use crate::plugin::registry::Registry;
use crate::settings::PluginUse;
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::PluginKind;
use serde_json::{Value, json};
use std::path::Path;

/// Sets the path of the only exporter, or returns the problem.
pub(super) fn set_path(document: &mut Document, output: &str) -> Option<Diagnostic> {
    let exporters = document.value.get_mut("exporters").and_then(Value::as_array_mut);
    let Some([Value::Object(only)]) = exporters.map(Vec::as_mut_slice) else {
        let message = "-o sets the path of the only exporter, but the config does not have exactly one exporter";
        let diagnostic = Diagnostic::error(code::BAD_SET, message).at(document.spans.closest("/exporters"));
        return Some(diagnostic.with_help("use --set with the exporter's path, or edit the config"));
    };
    if let Some(config) = only.entry("config").or_insert_with(|| json!({})).as_object_mut() {
        config.insert("path".to_owned(), json!(output));
    }
    None
}

/// Replaces the exporter plugin if it does not write files with the extension of the output, and another one does.
///
/// The exporter of the config stays if `--set` or `library` selects it, if it declares no extensions, or if no plugin
/// declares that of the output. Returns the problem if an optional plugin writes such files and is not built.
pub(super) fn choose_plugin(document: &mut Document, output: &str, registry: &mut Registry) -> Option<Diagnostic> {
    const PLUGIN: &str = "/exporters/0/plugin";
    let extension = extension(output)?;
    let usage = plugin_uses(&document.value, None).into_iter().find(|usage| usage.kind == PluginKind::Exporter)?;
    if usage.library.is_some() || document.spans.flag(PLUGIN).is_some() {
        return None;
    }
    let configured = registry.find(&usage).ok();
    if configured.is_some_and(|source| source.manifest().extensions.is_empty() || writes(source.manifest(), &extension))
    {
        return None;
    }
    if let Some(manifest) = find(registry, &usage, &extension) {
        tracing::info!("the exporter `{}` writes {output}, in place of `{}`", manifest.name, usage.name);
        replace_plugin(document, &manifest);
        return None;
    }
    let command = optional::build_command(PluginKind::Exporter, &extension)?;
    let message = format!("no exporter plugin writes `.{extension}` files");
    let places = registry.search().places();
    let help = format!("`{command}` in Rowsmith's sources builds the optional plugin `{extension}` ({places})");
    Some(Diagnostic::error(code::PLUGIN, message).with_help(help))
}

/// The lower-case extension of a file.
fn extension(output: &str) -> Option<String> {
    Some(Path::new(output).extension()?.to_str()?.to_lowercase())
}

fn writes(manifest: &Manifest, extension: &str) -> bool {
    manifest.extensions.iter().any(|own| own == extension)
}

/// Finds an exporter that writes files with an extension. One with the name of the extension comes first.
fn find(registry: &mut Registry, usage: &PluginUse, extension: &str) -> Option<Manifest> {
    let mut names: Vec<String> = registry.names(PluginKind::Exporter);
    names.sort_by_key(|name| name != extension);
    names.into_iter().find_map(|name| {
        let source = registry.find(&PluginUse { name, ..usage.clone() }).ok()?;
        writes(source.manifest(), extension).then(|| source.manifest().clone())
    })
}

/// Names the other plugin, and keeps the settings that it has too.
fn replace_plugin(document: &mut Document, manifest: &Manifest) {
    let Some(table) = document.value.pointer_mut("/exporters/0").and_then(Value::as_object_mut) else { return };
    table.insert("plugin".to_owned(), json!(manifest.name));
    if let Some(config) = table.get_mut("config").and_then(Value::as_object_mut) {
        config.retain(|key, _| manifest.config_schema.pointer(&pointer::push("/properties", key)).is_some());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_those_of_file_names() {
        let cases = [
            ("out.xlsx", Some("xlsx")),
            ("a.b/OUT.CSV", Some("csv")),
            ("out.tar.gz", Some("gz")),
            ("-", None),
            ("out", None),
            (".hidden", None),
            ("/dev/null", None),
        ];
        for (output, expected) in cases {
            assert_eq!(extension(output).as_deref(), expected, "{output}");
        }
    }
}
