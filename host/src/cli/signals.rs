//! Ctrl-C and SIGTERM: the first one stops the run cleanly, the second one ends the program.

use crate::exit_code::ExitCode;
use crate::files::leftovers;
use crate::limit::stop::{Stop, StopReason};
use crate::plugin::exit_guard;
use crate::printer::Printer;
use std::time::Duration;

/// Listens for signals for the rest of the program. Calls in flight have the time `grace` to end.
pub(super) fn listen(stop: Stop, printer: Printer, grace: Duration) {
    tokio::spawn(async move {
        let mut terminate = terminations();
        loop {
            let (reason, code) = tokio::select! {
                _ = tokio::signal::ctrl_c() => (StopReason::Interrupted, ExitCode::Interrupted),
                () = terminated(&mut terminate) => (StopReason::Terminated, ExitCode::Terminated),
            };
            // A run that is already stopping, for any reason, ends now.
            if stop.is_requested() {
                quit(code);
            }
            let secs = grace.as_secs();
            let text = "for calls in flight, whose answers are cached (repeat to quit now)";
            printer.note(format_args!("stopping: waiting up to {secs} s {text}"));
            stop.request(reason);
        }
    });
}

/// Keeps the limit of file sizes from ending the process: a write over the limit then fails with an error.
#[cfg(unix)]
pub(super) fn survive_size_limit() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::from_raw(libc::SIGXFSZ)).map(drop)
}

/// Does nothing: the system has no such signal.
#[cfg(not(unix))]
pub(super) fn survive_size_limit() -> std::io::Result<()> {
    Ok(())
}

#[expect(clippy::exit, reason = "the user asked twice; no running thread may delay the end")]
fn quit(code: ExitCode) -> ! {
    exit_guard::disarm();
    leftovers::remove_all();
    std::process::exit(i32::from(code as u8));
}

#[cfg(unix)]
type Terminations = Option<tokio::signal::unix::Signal>;
#[cfg(not(unix))]
type Terminations = ();

#[cfg(unix)]
fn terminations() -> Terminations {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok()
}

#[cfg(not(unix))]
fn terminations() -> Terminations {}

#[cfg(unix)]
async fn terminated(signals: &mut Terminations) {
    match signals {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated(_: &mut Terminations) {
    std::future::pending().await
}
