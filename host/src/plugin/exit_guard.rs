//! A plugin that calls `exit` would end the run in the middle, and with the code 0 it would look like success.
//!
//! The C library calls a handler of ours first. Unless the host itself is ending, it says which plugin it was and
//! leaves with a code of its own. Nothing can be saved by then; what was stored before is safe.
#![expect(
    unsafe_code,
    reason = "only the C library knows that the process is about to end, and only it ends it at once"
)]

use super::call_site::{self, CallSite};
use crate::exit_code::ExitCode;
use std::io::Write as _;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether an end of the process would be a plugin's doing.
static ARMED: AtomicBool = AtomicBool::new(false);

unsafe extern "C" {
    #[link_name = "atexit"]
    safe fn at_exit(handler: extern "C" fn()) -> i32;
    #[link_name = "_exit"]
    safe fn leave(code: i32) -> !;
}

/// While this lives, only plugins can end the process.
pub struct ExitGuard(());

impl ExitGuard {
    /// Begins to watch.
    pub fn arm() -> Self {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            if at_exit(on_exit) != 0 {
                tracing::debug!("there is no room for a handler; a plugin that ends the process is not told of");
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

/// The host is about to end the process itself.
pub fn disarm() {
    ARMED.store(false, Ordering::SeqCst);
}

extern "C" fn on_exit() {
    if ARMED.swap(false, Ordering::SeqCst) {
        // Written at once and unbuffered; if nobody can read it, there is nobody to tell.
        drop(std::io::stderr().write_all(text(call_site::current()).as_bytes()));
        leave(i32::from(ExitCode::PluginExit as u8));
    }
}

fn text(site: Option<CallSite>) -> String {
    let who = match site {
        Some(CallSite { plugin, method }) => {
            format!("the {plugin} ended the process: `exit` was called inside `{method}`")
        }
        None => "a plugin ended the process: `exit` was called on a thread of its own".to_owned(),
    };
    format!(
        "error: {who}\nhint: answers that were stored are safe; run again to go on, or set `isolation = \"process\"` for the plugin\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentence_names_the_plugin_where_it_is_known() {
        let site = CallSite { plugin: "provider plugin `x`", method: "complete" };
        let known = text(Some(site));
        assert!(known.starts_with(
            "error: the provider plugin `x` ended the process: `exit` was called inside `complete`\nhint: answers"
        ));
        assert!(text(None).starts_with("error: a plugin ended the process: "));
    }
}
