//! `rowsmith plan`: a dry run that reads and looks up rows and makes no calls.

use super::Context;
use super::args::PlanArgs;
use super::kept_sizes::KeptSizes;
use super::online_details::OnlineDetails;
use super::output_format::{OutputFormat, pretty};
use crate::exit_code::ExitCode;
use crate::limit::clock::Clock;
use crate::limit::memory::ByteGauge;
use crate::pipeline::assemble::{fingerprinter, prompter, shape, sizes};
use crate::pipeline::batch::{Batch, BatchLimits, Packer, Stage};
use crate::pipeline::fingerprint::Fingerprinter;
use crate::pipeline::learning::{Calibration, RowsPerCall, SizeLearner};
use crate::pipeline::lookup::{LookupResult, look_up};
use crate::pipeline::miss_report::{MissReasons, explain_misses};
use crate::pipeline::prompt::{Asked, Prompter};
use crate::pipeline::question::{Question, RowKey};
use crate::pipeline::scrape;
use crate::plugin::row_intake::Scraped;
use crate::startup::HostError;
use crate::startup::open_plugins::{OpenPlugins, Opened};
use rowsmith_plugin_api::bridge::client::CacheClient;
use rowsmith_plugin_api::completion::ProviderInfo;
use serde_json::json;
use std::collections::HashSet;
use std::fmt::Write as _;

/// The work of a run.
#[derive(Default)]
struct Plan {
    rows: u64,
    hits: u64,
    duplicates: u64,
    blank: u64,
    calls: u64,
    /// Maximum rows per call, as configured or as an earlier run has learned.
    max_rows: usize,
    input_tokens: u64,
    max_output_tokens_total: u64,
    first: Option<Asked>,
    online: Option<OnlineDetails>,
    reasons: Option<MissReasons>,
}

pub(super) async fn run(context: &Context, args: PlanArgs) -> Result<ExitCode, HostError> {
    let mut loaded = context.load(&args.config, None)?;
    loaded.settings.run.limit = args.limit;
    let open_plugins = context.open_plugins(loaded, !args.online).without_changes();
    let cache = open_plugins.cache().await?;
    let (provider, info) = open_plugins.provider().await?;
    let plugin = (provider.name.clone(), provider.version.clone());
    let store = cache.client.store().await.map_err(|error| open_plugins.call_error(&cache, error))?;
    let settings = open_plugins.settings();
    let fingerprinter = fingerprinter(settings, &plugin, &info);
    let now_secs = Clock::start().now_secs();
    let kept = KeptSizes::read(context, settings, &store, &provider, &info, &fingerprinter, now_secs);
    let mut plan = read(&open_plugins, &cache, &fingerprinter, &info, &kept.calibration, args.refresh).await?;
    if args.online {
        let details = OnlineDetails::ask(&provider, plan.first.as_ref()).await;
        plan.online = Some(details.map_err(|error| open_plugins.call_error(&provider, error))?);
    }
    match args.format {
        OutputFormat::Json => context.data(pretty(&as_json(&open_plugins, &info, &plan)))?,
        OutputFormat::Human => {
            context.data(as_text(&open_plugins, &info, &plan).trim_end())?;
            if let Some(first) = plan.first.filter(|_| !args.no_prompt) {
                let (system, user) = (&first.request.system, first.request.user_text());
                context.data(format_args!(
                    "\nPrompt of the first call:\n\n--- system ---\n{system}\n\n--- user ---\n{user}"
                ))?;
            }
        }
    }
    Ok(ExitCode::Success)
}

async fn read(
    open_plugins: &OpenPlugins,
    cache: &Opened<CacheClient>,
    prints: &Fingerprinter,
    info: &ProviderInfo,
    calibration: &Calibration,
    refresh: bool,
) -> Result<Plan, HostError> {
    let settings = open_plugins.settings();
    let scraper = open_plugins.scraper().await?;
    let memory = ByteGauge::new(settings.run.window_bytes());
    let intake = &open_plugins.services.row_intake;
    let mut rows = scrape::start(scraper.client.clone(), intake, open_plugins.scraper_use()?, &memory);
    let (prompter, sizes) = (prompter(settings, info), sizes(info, calibration));
    let configured = BatchLimits::new(&settings.batch);
    let rows_per_call = RowsPerCall::new(configured.max_rows, calibration.question.rows_per_call, settings.batch.adapt);
    let limits = BatchLimits { max_rows: rows_per_call.limit(), max_chars: sizes.max_row_chars(), ..configured };
    let mut packer = Packer::new(limits, Stage::First);
    let mut seen: HashSet<RowKey> = HashSet::new();
    let mut plan = Plan { max_rows: limits.max_rows, ..Plan::default() };
    let limit = settings.run.limit.unwrap_or(u64::MAX);
    while let Some(scraped) = rows.next().await {
        let mut chunk = match scraped {
            Scraped::Columns(_) => continue,
            Scraped::Rows(chunk) => chunk,
            Scraped::End(result) => {
                result.map_err(|error| open_plugins.call_error(&scraper, error))?;
                break;
            }
        };
        chunk.truncate(usize::try_from(limit - plan.rows).unwrap_or(usize::MAX));
        plan.rows += chunk.len() as u64;
        let input = prints.plan(chunk.columns());
        let asked: Vec<usize> = (0..chunk.len()).filter(|row| !input.is_blank(&chunk, *row)).collect();
        plan.blank += (chunk.len() - asked.len()) as u64;
        let keys: Vec<RowKey> = asked.iter().map(|row| prints.key(&input, &chunk, *row)).collect();
        let found = if refresh { Ok(LookupResult::default()) } else { look_up(&cache.client, &keys).await };
        let found = found.map_err(|error| open_plugins.call_error(cache, error))?.answers;
        for (at, (row, key)) in asked.into_iter().zip(keys).enumerate() {
            if found.get(at).is_some_and(Option::is_some) {
                plan.hits += 1;
            } else if !seen.insert(key) {
                plan.duplicates += 1;
            } else {
                let body = input.body(&chunk, row).into();
                packer.push(Question { key, body, echo: None, asked: 0, rejected: None });
            }
        }
        while let Some(batch) = packer.take_full() {
            plan.add(&prompter, &sizes, &batch, info);
        }
        if plan.rows >= limit {
            break;
        }
    }
    let source_end = rows.end();
    while let Some(batch) = packer.take_any() {
        plan.add(&prompter, &sizes, &batch, info);
    }
    if plan.to_ask() > 0 && !refresh {
        let reasons = explain_misses(&cache.client, prints.digest()).await;
        plan.reasons = Some(reasons.map_err(|error| open_plugins.call_error(cache, error))?);
    }
    source_end.await;
    open_plugins.abandon_scraper(&scraper).await;
    Ok(plan)
}

impl Plan {
    fn add(&mut self, prompter: &Prompter, sizes: &SizeLearner, batch: &Batch, info: &ProviderInfo) {
        let mut asked = prompter.request(batch, shape(info));
        sizes.fit(&mut asked, 0);
        self.calls += 1;
        self.input_tokens += asked.input_tokens;
        self.max_output_tokens_total += u64::from(asked.max_output_tokens);
        self.first.get_or_insert(asked);
    }

    fn to_ask(&self) -> u64 {
        self.rows - self.hits - self.duplicates - self.blank
    }

    /// Returns the seconds until the last call can start, without failures.
    fn shortest_seconds(&self, per_minute: Option<u64>) -> u64 {
        match per_minute {
            Some(limit) if self.calls > 0 => (self.calls - 1) / limit * 60,
            _ => 0,
        }
    }
}

fn per_minute(open_plugins: &OpenPlugins) -> Option<u64> {
    open_plugins.settings().provider_limits.requests_per_minute.map(|n| u64::from(n.get()))
}

fn as_json(open_plugins: &OpenPlugins, info: &ProviderInfo, plan: &Plan) -> serde_json::Value {
    json!({
        "schema": "rowsmith/plan/v1",
        "provider": open_plugins.settings().provider_name,
        "model": info.model,
        "rows": plan.rows,
        "cached": plan.hits,
        "duplicates": plan.duplicates,
        "nothing_to_ask": plan.blank,
        "to_ask": plan.to_ask(),
        "cache_holds": plan.reasons.as_ref().map(|reasons| &reasons.stored),
        "calls": plan.calls,
        "rows_per_call": plan.max_rows,
        "input_tokens_estimated": plan.input_tokens,
        "output_tokens_at_most": plan.max_output_tokens_total,
        "shortest_seconds": plan.shortest_seconds(per_minute(open_plugins)),
        "online": plan.online.as_ref().map(OnlineDetails::as_json),
    })
}

fn as_text(open_plugins: &OpenPlugins, info: &ProviderInfo, plan: &Plan) -> String {
    let settings = open_plugins.settings();
    let quota = match per_minute(open_plugins) {
        Some(limit) => format!(
            "{} s until the last call can start, at {limit} requests per minute",
            plan.shortest_seconds(Some(limit))
        ),
        None => "no rate limit".to_owned(),
    };
    let learned =
        if plan.max_rows < BatchLimits::new(&settings.batch).max_rows { ", as an earlier run has learned" } else { "" };
    let lines = [
        ("Rows", plan.rows.to_string()),
        ("Cache hits", plan.hits.to_string()),
        ("Duplicates", plan.duplicates.to_string()),
        ("Nothing to ask", plan.blank.to_string()),
        ("To ask", plan.to_ask().to_string()),
        ("Calls", format!("{} of at most {} rows{learned}", plan.calls, plan.max_rows)),
        ("Tokens", format!("about {} in, at most {} out", plan.input_tokens, plan.max_output_tokens_total)),
        ("Time", quota),
        ("Provider", format!("{} ({})", settings.provider_name, info.model)),
    ];
    let why = plan.reasons.iter().flat_map(MissReasons::sentences).enumerate();
    let why = why.map(|(at, sentence)| (if at == 0 { "Why not cached" } else { "" }, sentence));
    let online = plan.online.iter().flat_map(OnlineDetails::lines);
    lines.into_iter().chain(online).chain(why).fold(String::new(), |mut text, (name, value)| {
        // Writing to a String cannot fail.
        writeln!(text, "{name:<16}{value}").unwrap_or_default();
        text
    })
}
