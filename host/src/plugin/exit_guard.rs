//! Reports a plugin that calls `exit`, which would end the run in the middle, possibly with the code 0.
//!
//! The C library calls an exit handler first. Unless the host itself is ending, the handler names the plugin and ends the
//! process with a code of its own. Answers that were stored are safe.
#![expect(unsafe_code, reason = "only the C library reports that the process ends, and only it ends it at once")]

use super::call_site::{self, CallSite};
use crate::diagnostic::printable;
use crate::exit_code::ExitCode;
use std::io::Write as _;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// True if an end of the process would be caused by a plugin.
static ARMED: AtomicBool = AtomicBool::new(false);

/// Reports plugins that end the process, until it is dropped.
pub struct ExitGuard(());

impl ExitGuard {
    /// Installs the exit handler once and arms it.
    pub fn arm() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            // SAFETY: `on_exit` is a function without captures that lives as long as the process.
            if unsafe { libc::atexit(on_exit) } != 0 {
                tracing::debug!("no exit handler can be installed; a plugin that ends the process is not reported");
            }
        });
        ARMED.store(true, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for ExitGuard {
    fn drop(&mut self) {
        disarm();
    }
}

/// Disarms the handler, because the host is about to end the process.
pub fn disarm() {
    ARMED.store(false, Ordering::SeqCst);
}

extern "C" fn on_exit() {
    if ARMED.swap(false, Ordering::SeqCst) {
        // Unbuffered, since no buffer is flushed any more; a failed write has no reader.
        drop(std::io::stderr().write_all(printable(&text(call_site::current())).as_bytes()));
        // SAFETY: ends the process at once; no destructor or handler runs after it.
        unsafe { libc::_exit(i32::from(ExitCode::PluginExit as u8)) }
    }
}

fn text(site: Option<CallSite>) -> String {
    let cause = match site {
        Some(CallSite { plugin, method }) => format!("the {plugin} ended the process: it called `exit` in `{method}`"),
        None => "a plugin ended the process: it called `exit` on a thread of its own".to_owned(),
    };
    format!(
        "error: {cause}\nhint: stored answers are safe; run again to resume, or set `isolation = \"process\"` for the plugin\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_names_the_plugin_where_it_is_known() {
        let site = CallSite { plugin: "provider plugin `x`", method: "complete" };
        let known = text(Some(site));
        assert!(known.contains(site.plugin) && known.contains("`complete`"), "{known}");
        assert!(!text(None).contains('`') || !text(None).contains("provider"));
    }
}
