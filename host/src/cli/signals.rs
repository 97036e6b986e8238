//! Ctrl-C and SIGTERM: the first one stops the run cleanly, the second one ends the program.

use crate::exit_code::ExitCode;
use crate::limit::stop::{Stop, StopReason};
use crate::plugin::exit_guard;
use crate::printer::Printer;

/// Listens for signals for the rest of the program.
pub(super) fn listen(stop: Stop, printer: Printer) {
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
            printer.note("stopping: waiting for calls in flight, whose answers are cached (repeat to quit now)");
            stop.request(reason);
        }
    });
}

#[expect(clippy::exit, reason = "the user asked twice; no running thread may delay the end")]
fn quit(code: ExitCode) -> ! {
    exit_guard::disarm();
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
