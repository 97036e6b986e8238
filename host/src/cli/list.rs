//! `rowsmith list`: lists what the scraper offers.

use super::Context;
use super::args::ListArgs;
use super::output_format::{OutputFormat, pretty};
use super::record_replay;
use crate::exit_code::ExitCode;
use crate::startup::HostError;
use rowsmith_plugin_api::manifest::Capability;
use serde_json::json;

pub(super) async fn run(context: &Context, args: ListArgs) -> Result<ExitCode, HostError> {
    let loaded = context.load(&args.config, None)?;
    let open_plugins = context
        .open_plugins(loaded, true)
        .without_changes()
        .with_record_replay(record_replay::open(context, &args.record_replay)?)?;
    let scraper = open_plugins.scraper().await?;
    if !scraper.can(Capability::List) {
        return Err(HostError::Usage(format!("the scraper plugin `{}` does not support `list`", scraper.name)));
    }
    let listings = scraper.client.list().await;
    let listings = listings.map_err(|error| open_plugins.call_error(&scraper, error))?;
    match args.format {
        OutputFormat::Json => context.data(pretty(&json!(listings)))?,
        OutputFormat::Human => {
            for listing in &listings {
                let about = if listing.about.is_empty() { String::new() } else { format!("  {}", listing.about) };
                context.data(format_args!("{}{about}", listing.name))?;
            }
        }
    }
    Ok(record_replay::finish(context, &open_plugins, ExitCode::Success))
}
