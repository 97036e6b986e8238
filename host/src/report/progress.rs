//! Shows how far a run is: a live bar on a terminal, plain lines elsewhere.

use super::tally::{RowCounts, TokenCounts};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ProgressMode {
    /// A bar on a terminal, plain lines elsewhere.
    #[default]
    Auto,
    /// A live bar.
    Bar,
    /// A line now and then.
    Plain,
    /// A line of JSON now and then.
    Json,
    /// Nothing.
    None,
}

/// How far a run is.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Snapshot {
    /// Rows so far, by how they ended.
    pub rows: RowCounts,
    /// Questions that have to be asked, so far.
    pub asked: u64,
    /// Calls so far.
    pub calls: u64,
    /// Calls under way.
    pub in_flight: u64,
    /// Tokens so far.
    pub tokens: TokenCounts,
    /// Money so far, when prices are known.
    pub cost_usd: Option<f64>,
    /// Whether all rows were read.
    pub source_ended: bool,
}

impl Snapshot {
    fn ended(&self) -> u64 {
        self.rows.cached + self.rows.enriched + self.rows.failed + self.rows.skipped
    }

    fn line(&self) -> String {
        let rows = &self.rows;
        let more = if self.source_ended { "" } else { "+" };
        let mut line = format!(
            "{} of {}{more} rows: {} cached, {} enriched, {} failed; {} calls",
            self.ended(),
            rows.scraped,
            rows.cached,
            rows.enriched,
            rows.failed,
            self.calls
        );
        if self.in_flight > 0 {
            write!(line, " ({} under way)", self.in_flight).unwrap_or_default();
        }
        if let Some(usd) = self.cost_usd {
            write!(line, "; ${usd:.4}").unwrap_or_default();
        }
        line
    }
}

const BAR_EVERY: Duration = Duration::from_millis(100);
const LINE_EVERY: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(10);

/// Shows snapshots until their sender is gone.
pub async fn show(mode: ProgressMode, quiet: bool, snapshots: watch::Receiver<Snapshot>) {
    let terminal = std::io::stderr().is_terminal() && crate::config::env::read(crate::config::env::CI).is_none();
    match mode {
        _ if quiet && mode == ProgressMode::Auto => {}
        ProgressMode::None => {}
        ProgressMode::Auto if terminal => bar(snapshots).await,
        ProgressMode::Bar => bar(snapshots).await,
        ProgressMode::Json => lines(snapshots, true, |s| serde_json::to_string(s).unwrap_or_default()).await,
        ProgressMode::Auto | ProgressMode::Plain => lines(snapshots, false, Snapshot::line).await,
    }
}

async fn bar(mut snapshots: watch::Receiver<Snapshot>) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template("{spinner} [{elapsed_precise}] {wide_bar} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut ticks = interval(BAR_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let gone = snapshots.has_changed().is_err();
        let snapshot = snapshots.borrow_and_update().clone();
        bar.set_length(snapshot.rows.scraped.max(1));
        bar.set_position(snapshot.ended());
        bar.set_message(snapshot.line());
        bar.tick();
        if gone {
            break;
        }
    }
    bar.finish_and_clear();
}

/// A program that follows the lines gets the last state too; a person gets the summary instead.
async fn lines(mut snapshots: watch::Receiver<Snapshot>, last: bool, write: impl Fn(&Snapshot) -> String) {
    let print = |snapshot: &Snapshot| drop(writeln!(std::io::stderr().lock(), "{}", write(snapshot)));
    let mut next = Instant::now() + LINE_EVERY;
    loop {
        let changed = tokio::time::timeout_at(next, snapshots.changed()).await;
        match changed {
            // The run is over; its summary follows.
            Ok(Err(_)) if last => return print(&snapshots.borrow()),
            Ok(Err(_)) => return,
            // Not yet time for a line. The end of the run is noticed after this pause, so it is short.
            Ok(Ok(())) => tokio::time::sleep_until(next.min(Instant::now() + PAUSE)).await,
            Err(_) => {}
        }
        if Instant::now() >= next {
            next = Instant::now() + LINE_EVERY;
            print(&snapshots.borrow_and_update());
        }
    }
}
