//! `rowsmith plugin list`: what is found where, and what is used when there are several of one name.

use super::found::{Found, entry, found, registry};
use crate::cli::Context;
use crate::cli::args::OutputFormat;
use crate::cli::run::pretty;
use crate::diagnostic::printable;
use crate::exit_code::ExitCode;
use crate::startup::HostError;
use rowsmith_plugin_api::Manifest;
use serde_json::{Value, json};
use std::path::Path;

/// So much of a hash tells two files apart for people.
const SHORT_HASH: usize = 12;

pub(super) fn run(context: &Context, config: Option<&Path>, format: OutputFormat) -> Result<ExitCode, HostError> {
    let registry = registry(context, config)?;
    let mut all = found(&registry);
    all.sort_by_key(|f| f.judged.as_ref().map(|(m, _)| (m.kind, m.name.clone())).map_err(|_| f.place.clone()).ok());
    if format == OutputFormat::Json {
        let entries: Vec<Value> = all.iter().map(entry).collect();
        context.data(pretty(&json!(entries)))?;
        return Ok(ExitCode::Success);
    }
    for plugin in &all {
        match &plugin.judged {
            Ok((manifest, hash)) => context.data(printable(&text(plugin, manifest, hash.as_deref())))?,
            Err(error) => {
                context.printer.warning(error);
                if plugin.hidden_by.is_none() && !plugin.hides.is_empty() {
                    let hidden = plugin.hides.join(", ");
                    context.printer.hint(format_args!("it comes before {hidden}, which is not used because of it"));
                }
            }
        }
    }
    if all.is_empty() {
        let places: Vec<_> = registry.search().folders().map(|folder| folder.display().to_string()).collect();
        context.printer.warning(format_args!("no plugins were found; looked in {}", places.join(", ")));
        context
            .printer
            .hint("`cargo build --workspace` puts them beside the binary; or name a folder with --plugin-dir");
    }
    Ok(ExitCode::Success)
}

fn text(plugin: &Found, manifest: &Manifest, hash: Option<&str>) -> String {
    let Manifest { kind, name, version, about, abi, api_version, capabilities, .. } = manifest;
    let mut lines = vec![format!("{kind:<9} {name:<12} {version:<8} {about}"), plugin.place.clone()];
    let mut facts = vec![format!("from {}", plugin.origin.words()), format!("plugin-api {api_version} (ABI {abi})")];
    facts.extend(hash.and_then(|hash| Some(format!("sha256 {}", hash.get(..SHORT_HASH)?))));
    if !capabilities.is_empty() {
        facts.push(format!("can {}", capabilities.join(" and ")));
    }
    lines.push(facts.join(", "));
    if let Some(by) = &plugin.hidden_by {
        lines.push(format!("not used: {by} comes first"));
    }
    lines.extend(plugin.hides.iter().map(|hidden| format!("used instead of {hidden}")));
    if let (Some(own), Some(found_as)) = (plugin.other_name(), &plugin.config_name) {
        lines.push(format!("configs find it as {found_as}, by its file's name, though it is {own}"));
    }
    lines.join(&format!("\n{:<32}", ""))
}
