//! `rowsmith plugin list`: lists all plugins of the search path.

use super::found_plugins::{FoundPlugin, entry, found_plugins, registry};
use crate::cli::Context;
use crate::cli::output_format::{OutputFormat, pretty};
use crate::document::command_names;
use crate::exit_code::ExitCode;
use crate::startup::HostError;
use rowsmith_plugin_api::Manifest;
use serde_json::{Value, json};
use std::path::Path;

/// Characters of a hash in the list.
const SHORT_HASH: usize = 12;

pub(super) fn run(context: &Context, config: Option<&Path>, format: OutputFormat) -> Result<ExitCode, HostError> {
    let registry = registry(context, config)?;
    let mut all = found_plugins(&registry);
    all.sort_by_key(|f| f.manifest.as_ref().map(|(m, _)| (m.kind, m.name.clone())).map_err(|_| f.path.clone()).ok());
    if format == OutputFormat::Json {
        let entries: Vec<Value> = all.iter().map(entry).collect();
        context.data(pretty(&json!(entries)))?;
        return Ok(ExitCode::Success);
    }
    for plugin in &all {
        match &plugin.manifest {
            Ok((manifest, hash)) => context.data(text(plugin, manifest, hash.as_deref()))?,
            Err(error) => {
                context.printer.warning(error);
                if plugin.hidden_by.is_none() && !plugin.hides.is_empty() {
                    let hidden = plugin.hides.join(", ");
                    context.printer.hint(format_args!("it hides {hidden}"));
                }
            }
        }
    }
    if all.is_empty() {
        let folders: Vec<_> = registry.search().folders().map(|folder| folder.display().to_string()).collect();
        context.printer.warning(format_args!("found no plugins in {}", folders.join(", ")));
        context
            .printer
            .hint("`cargo build --workspace` writes them beside the binary; or set a folder with --plugin-dir");
    }
    Ok(ExitCode::Success)
}

fn text(plugin: &FoundPlugin, manifest: &Manifest, hash: Option<&str>) -> String {
    let Manifest { kind, name, version, about, abi, api_version, capabilities, .. } = manifest;
    let mut lines = vec![format!("{kind:<9} {name:<12} {version:<8} {about}"), plugin.path.clone()];
    let mut details = vec![format!("from {}", plugin.origin.words()), format!("plugin-api {api_version} (ABI {abi})")];
    details.extend(hash.and_then(|hash| Some(format!("sha256 {}", hash.get(..SHORT_HASH)?))));
    if !capabilities.is_empty() {
        details.push(format!("capabilities {}", capabilities.join(" and ")));
    }
    let commands = command_names(&manifest.config_schema);
    if !commands.is_empty() {
        details.push(format!("starts the program in {}", quoted(&commands)));
    }
    lines.push(details.join(", "));
    if let Some(by) = &plugin.hidden_by {
        lines.push(format!("hidden by {by}"));
    }
    lines.extend(plugin.hides.iter().map(|hidden| format!("hides {hidden}")));
    if let (Some(own), Some(found_as)) = (plugin.other_name(), &plugin.config_name) {
        lines.push(format!("found as {found_as}, the name of its file; the manifest names {own}"));
    }
    lines.join(&format!("\n{:<32}", ""))
}

/// Returns names of settings as text: "`a` and `b`".
pub(super) fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
}
