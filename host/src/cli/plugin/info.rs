//! `rowsmith plugin info`: one plugin, and what it can be told.

use super::found::{by_name, entry, from_file, registry};
use super::settings_table::settings_table;
use crate::cli::Context;
use crate::cli::args::OutputFormat;
use crate::cli::run::pretty;
use crate::diagnostic::printable;
use crate::exit_code::ExitCode;
use crate::startup::HostError;
use rowsmith_plugin_api::manifest::PluginKind;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Which plugin is asked about.
pub(super) struct Wanted {
    pub(super) name: String,
    pub(super) kind: Option<PluginKind>,
    pub(super) config: Option<PathBuf>,
}

pub(super) fn run(context: &Context, wanted: &Wanted, format: OutputFormat) -> Result<ExitCode, HostError> {
    let plugin = if is_file(&wanted.name) {
        from_file(&wanted.name)
    } else {
        by_name(&registry(context, wanted.config.as_deref())?, &wanted.name, wanted.kind)?
    };
    let (manifest, hash) = plugin.judged.as_ref().map_err(|error| HostError::from(error.clone()))?;
    if format == OutputFormat::Json {
        let mut value = entry(&plugin);
        value["config_schema"] = manifest.config_schema.clone();
        context.data(pretty(&value))?;
        return Ok(ExitCode::Success);
    }
    let mut text = String::new();
    // Writing to a String cannot fail.
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
    line("Found in", plugin.origin.words());
    if let Some(hash) = hash {
        line("SHA-256", hash);
    }
    if let Some(other) = &plugin.hidden_by {
        line("Not used", &format!("{other} comes first"));
    }
    for hidden in &plugin.hides {
        line("Instead of", hidden);
    }
    if let (Some(own), Some(found_as)) = (plugin.other_name(), &plugin.config_name) {
        line("Found as", &format!("{found_as}, by its file's name, though it is {own}"));
    }
    text.push('\n');
    text.push_str(&settings_table(&manifest.config_schema));
    context.data(printable(text.trim_end()))?;
    Ok(ExitCode::Success)
}

/// Whether a name is meant as a path: there is such a file, or it is written as only a path is.
fn is_file(name: &str) -> bool {
    Path::new(name).is_file() || name.contains(std::path::MAIN_SEPARATOR)
}
