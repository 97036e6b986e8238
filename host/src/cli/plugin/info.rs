//! `rowsmith plugin info`: describes a plugin and its settings.

use super::found_plugins::{by_name, entry, from_file, registry};
use super::list::quoted;
use super::settings_table::settings_table;
use crate::cli::Context;
use crate::cli::output_format::{OutputFormat, pretty};
use crate::document::command_names;
use crate::exit_code::ExitCode;
use crate::startup::HostError;
use rowsmith_plugin_api::manifest::PluginKind;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The plugin to describe.
pub(super) struct PluginQuery {
    pub(super) name: String,
    pub(super) kind: Option<PluginKind>,
    pub(super) config: Option<PathBuf>,
}

pub(super) fn run(context: &Context, wanted: &PluginQuery, format: OutputFormat) -> Result<ExitCode, HostError> {
    let plugin = if is_file(&wanted.name) {
        from_file(&wanted.name)
    } else {
        by_name(&registry(context, wanted.config.as_deref())?, &wanted.name, wanted.kind)?
    };
    let (manifest, hash) = plugin.manifest.as_ref().map_err(|error| HostError::from(error.clone()))?;
    if format == OutputFormat::Json {
        let mut value = entry(&plugin);
        value["commands"] = command_names(&manifest.config_schema).into();
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
        "Capabilities",
        &if manifest.capabilities.is_empty() { "none".to_owned() } else { manifest.capabilities.join(", ") },
    );
    if !manifest.extensions.is_empty() {
        line("Writes", &format!(".{}", manifest.extensions.join(", .")));
    }
    let commands = command_names(&manifest.config_schema);
    if !commands.is_empty() {
        line("Starts", &format!("the program in {}", quoted(&commands)));
    }
    line("File", &plugin.path);
    line("Found in", plugin.origin.words());
    if let Some(hash) = hash {
        line("SHA-256", hash);
    }
    if let Some(other) = &plugin.hidden_by {
        line("Hidden by", other);
    }
    for hidden in &plugin.hides {
        line("Hides", hidden);
    }
    if let (Some(own), Some(found_as)) = (plugin.other_name(), &plugin.config_name) {
        line("Found as", &format!("{found_as}, the name of its file; the manifest names {own}"));
    }
    text.push('\n');
    text.push_str(&settings_table(&manifest.config_schema));
    context.data(text.trim_end())?;
    Ok(ExitCode::Success)
}

/// Returns whether a name is a path: an existing file, or a name with a separator.
fn is_file(name: &str) -> bool {
    Path::new(name).is_file() || name.contains(std::path::MAIN_SEPARATOR)
}
