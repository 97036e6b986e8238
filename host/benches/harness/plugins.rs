//! Plugins of the benchmarks' own process.

use rowsmith_plugin_api::completion::{ProviderInfo, StructuredOutput, Usage};
use rowsmith_plugin_api::exporter::{ExportSummary, FinishMode, Target};
use rowsmith_plugin_api::prelude::*;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Sends rows like those of a roadmap: five columns, about 600 bytes by default.
pub(crate) struct GeneratedRows(GeneratedRowsConfig);

/// Settings of [`GeneratedRows`].
#[derive(PluginConfig)]
pub(crate) struct GeneratedRowsConfig {
    /// Number of rows.
    count: u64,
    /// Bytes of the description; the default is [`DESCRIPTION`].
    description_bytes: Option<usize>,
}

/// The description of every row of [`GeneratedRows`].
pub(crate) const DESCRIPTION: &str = "Pick a moonless evening and go out about ninety minutes after sunset, when the sky is \
    fully dark. Sit in a reclining chair facing the darkest part of the sky and do nothing for ten minutes but look. \
    Then try three small tasks: find north with the help of the Pole Star, name the brightest object you see and check \
    it later on a chart, and watch one star near a roof edge until it visibly moves.";

#[derive(Serialize)]
struct Row<'a> {
    #[serde(rename = "Category")]
    category: &'a str,
    #[serde(rename = "Subcategory")]
    subcategory: &'a str,
    #[serde(rename = "Topic")]
    topic: &'a str,
    #[serde(rename = "Description")]
    description: &'a str,
    #[serde(rename = "Resources")]
    resources: &'a str,
}

impl Scraper for GeneratedRows {
    type Config = GeneratedRowsConfig;

    fn new(config: GeneratedRowsConfig, _: Host) -> Result<Self> {
        Ok(Self(config))
    }

    async fn scrape(&self, rows: &mut RowSink) -> Result<()> {
        let description = self.0.description_bytes.map(|bytes| "x".repeat(bytes));
        for number in 0..self.0.count {
            let topic = format!("Topic {number}");
            let row = Row {
                category: "Getting Started",
                subcategory: "Your First Night Out",
                topic: &topic,
                description: description.as_deref().unwrap_or(DESCRIPTION),
                resources: "https://example.org/one|https://example.org/two",
            };
            rows.send(&row).await?;
        }
        Ok(())
    }
}

/// The text of every answer.
const TLDR: &str = "find north, name the brightest object and watch it move";

/// Answers every row with the same valid answer, after a fixed latency on the host's clock.
pub(crate) struct FixedAnswers {
    latency: Duration,
    max_requests: u32,
    requests: Option<u32>,
    /// Percentages of calls that fail: with status 503, and with a broken connection.
    failing: [u64; 2],
    /// The output columns of each row.
    fields: String,
    calls: AtomicU64,
    host: Host,
}

/// Settings of [`FixedAnswers`].
#[derive(PluginConfig)]
pub(crate) struct FixedAnswersConfig {
    /// Latency of a call in milliseconds.
    latency_ms: u64,
    /// Maximum requests of a call.
    max_requests: u32,
    /// Requests that each call reports.
    requests: Option<u32>,
    /// Percentage of calls with status 503.
    overloaded: u64,
    /// Percentage of calls whose connection breaks.
    broken: u64,
    /// Bytes that are added to each answer.
    answer_bytes: usize,
}

impl Provider for FixedAnswers {
    type Config = FixedAnswersConfig;

    fn new(config: FixedAnswersConfig, host: Host) -> Result<Self> {
        let FixedAnswersConfig { latency_ms, max_requests, requests, overloaded, broken, answer_bytes } = config;
        let (latency, failing) = (Duration::from_millis(latency_ms), [overloaded, broken]);
        let padding = "x".repeat(answer_bytes);
        let fields = format!(r#""tldr":"{TLDR}{padding}","challenge":"practice"}}"#);
        Ok(Self { latency, max_requests, requests, failing, fields, calls: AtomicU64::new(0), host })
    }

    fn info(&self) -> ProviderInfo {
        ProviderInfo {
            structured_output: StructuredOutput::JsonSchema,
            max_requests_per_answer: self.max_requests,
            ..ProviderInfo::new("instant")
        }
    }

    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        if !self.latency.is_zero() {
            self.host.sleep(self.latency).await?;
        }
        // A multiplicative hash, so that the failures have no period.
        let call = self.calls.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        match call % 100 {
            percent if percent < self.failing[0] => {
                return Err(Error::new(ErrorKind::Retryable, "overloaded").with_http_status(503));
            }
            percent if percent < self.failing[0] + self.failing[1] => {
                return Err(Error::new(ErrorKind::Retryable, "closed the connection").maybe_billed());
            }
            _ => {}
        }
        Ok(Completion {
            requests: self.requests,
            usage: Usage { input: Some(1_000), output: Some(500), ..Usage::default() },
            ..Completion::text(answer(&request, &self.fields))
        })
    }
}

/// Copies each row's tag and reads nothing else, so that the provider adds little time.
fn answer(request: &CompletionRequest, fields: &str) -> String {
    let mut text = String::with_capacity(request.row_count as usize * (fields.len() + 24));
    let mut tags = request.rows.split(r#"{"tag":""#).skip(1).filter_map(|rest| rest.get(..4));
    for at in 0..request.row_count {
        text.push_str(if at == 0 { "{\"r" } else { ",\"r" });
        text.push_str(&at.to_string());
        text.push_str("\":{");
        if let Some(tag) = tags.next() {
            text.push_str("\"tag\":\"");
            text.push_str(tag);
            text.push_str("\",");
        }
        text.push_str(fields);
    }
    text.push('}');
    text
}

/// Counts rows and drops them.
pub(crate) struct Discard {
    rows: u64,
    latency: Duration,
    host: Host,
}

/// Settings of [`Discard`].
#[derive(PluginConfig)]
pub(crate) struct DiscardConfig {
    /// Time in milliseconds that each chunk takes.
    #[config(default = 0)]
    latency_ms: u64,
}

impl Exporter for Discard {
    type Config = DiscardConfig;

    fn new(config: DiscardConfig, host: Host) -> Result<Self> {
        Ok(Self { rows: 0, latency: Duration::from_millis(config.latency_ms), host })
    }

    fn target(&self) -> Target {
        Target { name: "discard".to_owned(), ..Target::default() }
    }

    async fn begin(&mut self, _: Vec<String>) -> Result<()> {
        Ok(())
    }

    async fn write(&mut self, rows: RowChunk) -> Result<()> {
        if !self.latency.is_zero() {
            self.host.sleep(self.latency).await?;
        }
        self.rows += rows.len() as u64;
        Ok(())
    }

    async fn finish(&mut self, _: FinishMode) -> Result<ExportSummary> {
        Ok(ExportSummary { location: "discard".to_owned(), rows: self.rows, bytes: None })
    }
}
