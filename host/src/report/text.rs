//! The summary at the end of a run.

use super::json::Report;
use std::fmt::Write as _;

/// Returns the summary of a report.
pub fn summary(report: &Report) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: String| {
        // Writing to a String cannot fail.
        writeln!(out, "{name:<16}{value}").unwrap_or_default();
    };
    let rows = &report.rows;
    line("Rows", rows.scraped.to_string());
    line("Cache hits", rows.cached.to_string());
    let asked = rows.scraped - rows.cached - rows.skipped;
    let duplicates = if rows.duplicates > 0 {
        format!(" ({} share another row's question)", rows.duplicates)
    } else {
        String::new()
    };
    line("To enrich", format!("{asked}{duplicates}"));
    line("Calls", calls(report));
    line("Enriched", rows.enriched.to_string());
    let reasons: Vec<_> = report.failure_reasons.iter().map(|(reason, n)| format!("{n} {reason}")).collect();
    let reasons = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
    line("Failed", format!("{}{reasons}", rows.failed));
    if rows.skipped > 0 {
        let why: Vec<_> =
            report.skipped.iter().map(|(reason, n)| format!("{n} {}", reason.as_str().replace('_', " "))).collect();
        line("Skipped", format!("{} ({})", rows.skipped, why.join(", ")));
    }
    if let Some(rate) = success_rate(report) {
        line("Success rate", rate);
    }
    if report.tokens.input + report.tokens.output > 0 {
        let cached = if report.tokens.cached > 0 {
            format!(" ({} from its cache)", report.tokens.cached)
        } else {
            String::new()
        };
        line("Tokens", format!("{} in{cached}, {} out", report.tokens.input, report.tokens.output));
    }
    if let Some(usd) = report.cost_usd.filter(|_| report.is_language_model) {
        line("Cost", format!("${usd:.4}"));
    }
    if let Some(audit) = &report.audit {
        let columns: Vec<_> = audit.agree.iter().map(|(column, n)| format!("{column} {n} of {}", audit.rows)).collect();
        line("Audit", format!("same answer alone: {}", columns.join(", ")));
    }
    let seconds = &report.seconds;
    let waits = [(seconds.waiting_for_quota, "the quota"), (seconds.waiting_for_service, "the service")];
    let waits: Vec<String> = waits
        .iter()
        .filter(|(waited, _)| *waited >= 0.05)
        .map(|(waited, what)| format!("{waited:.1} s waiting for {what}"))
        .collect();
    let waited = if waits.is_empty() { String::new() } else { format!(" ({})", waits.join(", ")) };
    line("Time", format!("{:.2} s{waited}", report.seconds.total));
    let model = if report.is_language_model { "" } else { "; not a language model" };
    line("Provider", format!("{} ({}{model})", report.provider, report.model));
    if let Some(folder) = &report.replayed_from {
        line("Service", format!("replayed from {folder}; no service was called"));
    }
    for output in &report.outputs {
        match (&output.location, &output.error) {
            (Some(location), _) => line("Output", format!("{location} ({} rows)", output.rows)),
            (None, Some(error)) => line("Output", format!("{}: {error}", output.exporter)),
            (None, None) => {}
        }
    }
    if let Some(file) = &report.failure_file {
        line("Failed rows", file.clone());
    }
    if report.damaged_cache_entries > 0 {
        line("Damaged", format!("{} damaged cache entries were asked again", report.damaged_cache_entries));
    }
    out
}

fn calls(report: &Report) -> String {
    let calls = &report.calls;
    let parts = [
        (calls.batch, if calls.batch == 1 { "batch" } else { "batches" }),
        (calls.split, "split"),
        (calls.individual, "individual"),
        (calls.retries, if calls.retries == 1 { "retry" } else { "retries" }),
        (calls.rate_limited, "rate limited"),
    ];
    let parts: Vec<_> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if parts.is_empty() { calls.total.to_string() } else { format!("{} ({})", calls.total, parts.join(", ")) }
}

fn success_rate(report: &Report) -> Option<String> {
    let good = report.rows.cached + report.rows.enriched;
    let all = good + report.rows.failed;
    if all == 0 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
    let percent = good as f64 * 100.0 / all as f64;
    // 99.96 % must not read as 100 %.
    let percent = if good < all { percent.min(99.9) } else { percent };
    Some(format!("{percent:.1} %"))
}
