//! Shows the progress of a run: a live bar on a terminal, plain lines elsewhere.

use crate::pipeline::progress::Snapshot;
use crate::plugin::plugin_progress::PluginProgress;
use crate::printer::Printer;
use crate::settings::env;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// Display of the progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub enum ProgressMode {
    /// A live bar on a terminal, plain lines elsewhere.
    #[default]
    Auto,
    /// A live bar.
    Bar,
    /// A line every 10 seconds.
    Plain,
    /// A line of JSON every 10 seconds.
    Json,
    /// No progress.
    None,
}

const BAR_EVERY: Duration = Duration::from_millis(100);
const LINE_EVERY: Duration = Duration::from_secs(10);
const PAUSE: Duration = Duration::from_millis(10);

/// Shows snapshots, with the progress of plugins, until the run ends.
pub async fn show(
    mode: ProgressMode,
    printer: Printer,
    snapshots: watch::Receiver<Snapshot>,
    plugin_progress: PluginProgress,
) {
    let snapshots = Snapshots { pipeline: snapshots, plugin_progress };
    let terminal = std::io::stderr().is_terminal() && env::read(env::CI).is_none();
    match mode {
        _ if printer.quiet && mode == ProgressMode::Auto => {}
        ProgressMode::None => {}
        ProgressMode::Auto if terminal => bar(snapshots, printer).await,
        ProgressMode::Bar => bar(snapshots, printer).await,
        ProgressMode::Json => {
            lines(snapshots, true, |s| printer.json_line(&serde_json::to_string(s).unwrap_or_default())).await;
        }
        ProgressMode::Auto | ProgressMode::Plain => lines(snapshots, false, |s| printer.line(s.line())).await,
    }
}

/// The snapshots of the pipeline, to which the progress of plugins is added when they are shown.
struct Snapshots {
    pipeline: watch::Receiver<Snapshot>,
    plugin_progress: PluginProgress,
}

impl Snapshots {
    fn latest(&mut self) -> Snapshot {
        Snapshot { plugins: self.plugin_progress.lines(), ..self.pipeline.borrow_and_update().clone() }
    }
}

async fn bar(mut snapshots: Snapshots, printer: Printer) {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    let style = ProgressStyle::with_template("{spinner} [{elapsed_precise}] {wide_bar} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let mut ticks = interval(BAR_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        ticks.tick().await;
        let gone = snapshots.pipeline.has_changed().is_err();
        let snapshot = snapshots.latest();
        bar.set_length(snapshot.rows.scraped.max(1));
        bar.set_position(snapshot.ended());
        bar.set_message(printer.message(&snapshot.line()));
        bar.tick();
        if gone {
            break;
        }
    }
    bar.finish_and_clear();
}

/// Prints a line per interval. With `last`, the final state is printed too; users get the summary instead.
async fn lines(mut snapshots: Snapshots, last: bool, print: impl Fn(&Snapshot)) {
    let mut next = Instant::now() + LINE_EVERY;
    loop {
        let changed = tokio::time::timeout_at(next, snapshots.pipeline.changed()).await;
        match changed {
            // The run is over; its summary follows.
            Ok(Err(_)) if last => return print(&snapshots.latest()),
            Ok(Err(_)) => return,
            // Before the next line. The pause is short, because the end of the run is noticed after it.
            Ok(Ok(())) => tokio::time::sleep_until(next.min(Instant::now() + PAUSE)).await,
            Err(_) => {}
        }
        if Instant::now() >= next {
            next = Instant::now() + LINE_EVERY;
            print(&snapshots.latest());
        }
    }
}
