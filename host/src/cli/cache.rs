//! `rowsmith cache`: inspects and maintains the cache.
//!
//! The plugin runs in a process of its own: a damaged store can end the process that reads it.

use super::Context;
use super::args::{CacheArgs, CacheCommand, ConfigArgs};
use super::output_format::{OutputFormat, pretty};
use crate::exit_code::ExitCode;
use crate::pipeline::question::RowKey;
use crate::pipeline::record::{self, RecordMeta};
use crate::settings::Isolation;
use crate::startup::HostError;
use crate::startup::open_plugins::{OpenPlugins, Opened};
use rowsmith_plugin_api::bridge::client::CacheClient;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, ErrorKind};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal};
use std::num::NonZeroU64;

/// Entries per page of a scan.
const PAGE: usize = 1_024;
/// Maximum time in seconds for which a command waits for a cache that another process uses.
const GIVE_UP_AFTER_SECS: NonZeroU64 = NonZeroU64::new(25).expect("a number above zero");
/// Maximum damaged entries to print.
const SHOWN: usize = 20;

pub(super) async fn run(context: &Context, args: CacheArgs) -> Result<ExitCode, HostError> {
    match args.command {
        CacheCommand::Stats { config, format } => stats(context, &config, format).await,
        CacheCommand::Verify { config, repair } => verify(context, &config, repair).await,
        CacheCommand::Clear { config, yes } => clear(context, &config, yes).await,
    }
}

async fn open(context: &Context, config: &ConfigArgs) -> Result<(OpenPlugins, Opened<CacheClient>), HostError> {
    let mut loaded = context.load(config, None)?;
    let retry = &mut loaded.settings.cache.retry;
    retry.give_up_after_secs = retry.give_up_after_secs.min(GIVE_UP_AFTER_SECS);
    if cfg!(unix) {
        let caches = loaded.plugins.iter_mut().filter(|plugin| plugin.usage.kind == PluginKind::Cache);
        caches.for_each(|plugin| plugin.usage.isolation = Isolation::Process);
    }
    let open_plugins = context.open_plugins(loaded, true);
    let cache = open_plugins.cache().await?;
    Ok((open_plugins, cache))
}

async fn stats(context: &Context, config: &ConfigArgs, format: OutputFormat) -> Result<ExitCode, HostError> {
    let (open_plugins, cache) = open(context, config).await?;
    let failed = |error| open_plugins.call_error(&cache, error);
    let store = cache.client.store().await.map_err(failed)?;
    let stats = cache.client.stats().await.map_err(failed)?;
    let mut models: BTreeMap<String, u64> = BTreeMap::new();
    let damaged = walk(&open_plugins, &cache, |_, meta| {
        *models.entry(format!("{} ({})", meta.provider, meta.model)).or_default() += 1;
    })
    .await?
    .len();
    match format {
        OutputFormat::Json => context.data(pretty(&json!({
            "store": store.name, "entries": stats.entries, "bytes": stats.bytes, "damaged": damaged, "models": models,
            "facts": stats.details.iter().cloned().collect::<BTreeMap<_, _>>(),
        })))?,
        OutputFormat::Human => {
            let line = |name: &str, value: String| context.data(format_args!("{name:<16}{value}"));
            line("Store", store.name)?;
            line("Entries", stats.entries.to_string())?;
            line("Bytes", stats.bytes.map_or_else(|| "unknown".to_owned(), |n| n.to_string()))?;
            for (model, entries) in &models {
                line("Answers", format!("{entries} of {model}"))?;
            }
            if damaged > 0 {
                line("Damaged", format!("{damaged}; `rowsmith cache verify` lists them"))?;
            }
            for (name, value) in &stats.details {
                line(name, value.clone())?;
            }
        }
    }
    Ok(ExitCode::Success)
}

/// Reads all entries; returns the keys of the damaged ones with the reason.
async fn walk(
    open_plugins: &OpenPlugins,
    cache: &Opened<CacheClient>,
    mut valid: impl FnMut(&RowKey, RecordMeta),
) -> Result<Vec<(RowKey, String)>, HostError> {
    let mut damaged = Vec::new();
    let mut after = None;
    loop {
        let page = cache.client.scan(after, PAGE).await;
        let page = page.map_err(|error| open_plugins.call_error(cache, error))?;
        let Some((last, _)) = page.last() else {
            return Ok(damaged);
        };
        if after.is_some_and(|after| *last <= after) {
            let error = Error::new(ErrorKind::InvalidData, "`scan` does not continue after the given key");
            return Err(open_plugins.call_error(cache, error));
        }
        after = Some(*last);
        for (key, value) in &page {
            let key = RowKey(*key);
            match record::decode(&key, value) {
                Ok(record) => valid(&key, serde_json::from_str(record.meta).unwrap_or_default()),
                Err(damage) => damaged.push((key, damage.to_string())),
            }
        }
    }
}

async fn verify(context: &Context, config: &ConfigArgs, repair: bool) -> Result<ExitCode, HostError> {
    let (open_plugins, cache) = open(context, config).await?;
    let failed = |error| open_plugins.call_error(&cache, error);
    let problems = cache.client.verify().await.map_err(failed)?;
    for problem in &problems {
        context.printer.error(problem);
    }
    let mut entries = 0_u64;
    let damaged = walk(&open_plugins, &cache, |_, _| entries += 1).await?;
    for (key, why) in damaged.iter().take(SHOWN) {
        context.printer.error(format_args!("entry {}: {why}", key.hex()));
    }
    if damaged.len() > SHOWN {
        context.printer.error(format_args!("and {} more", damaged.len() - SHOWN));
    }
    if repair && !damaged.is_empty() {
        let keys: Vec<_> = damaged.iter().map(|(key, _)| key.0).collect();
        let removed = cache.client.delete_many(&keys).await.map_err(failed)?;
        context.data(format_args!(
            "{entries} valid entries; damaged and removed: {removed} (their rows are asked again)"
        ))?;
        return Ok(if problems.is_empty() { ExitCode::Success } else { ExitCode::Cache });
    }
    context.data(format_args!("{entries} valid and {} damaged entries", damaged.len()))?;
    if damaged.is_empty() && problems.is_empty() {
        return Ok(ExitCode::Success);
    }
    context.printer.hint("damaged entries count as misses; `rowsmith cache verify --repair` removes them");
    Ok(ExitCode::Cache)
}

async fn clear(context: &Context, config: &ConfigArgs, yes: bool) -> Result<ExitCode, HostError> {
    let (open_plugins, cache) = open(context, config).await?;
    let failed = |error| open_plugins.call_error(&cache, error);
    let store = cache.client.store().await.map_err(failed)?;
    let entries = cache.client.stats().await.map_err(failed)?.entries;
    if !yes && !confirmed(context, &format!("remove {entries} answers from {}?", store.name))? {
        context.data("removed nothing")?;
        return Ok(ExitCode::Success);
    }
    let removed = cache.client.clear().await.map_err(failed)?;
    context.data(format_args!("removed {removed} answers from {}", store.name))?;
    Ok(ExitCode::Success)
}

/// Asks for confirmation on a terminal. Without a terminal, `--yes` is required.
fn confirmed(context: &Context, question: &str) -> Result<bool, HostError> {
    if !std::io::stdin().is_terminal() {
        return Err(HostError::Usage(format!("{question} add --yes to confirm without a terminal")));
    }
    context.printer.rendered(format_args!("{question} [y/N]"));
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    read.map_err(|error| HostError::Io(format!("cannot read the answer: {error}")))?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}
