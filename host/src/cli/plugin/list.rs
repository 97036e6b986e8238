//! `rowsmith plugin list`: what is found where.

use super::found::{entry, found};
use crate::cli::Context;
use crate::cli::args::OutputFormat;
use crate::cli::run::pretty;
use crate::error::HostError;
use crate::exit_code::ExitCode;
use crate::plugin::discovery::SearchPath;
use serde_json::{Value, json};

pub(super) fn run(context: &Context, format: OutputFormat) -> Result<ExitCode, HostError> {
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
