//! Quota windows: lists of the amounts that were charged.

use crate::connections::{Connections, Repeat};
use crate::names::Names;
use redis::Script;
use rowsmith_plugin_api::prelude::{QuotaRequest, Result};
use std::sync::LazyLock;

static ACQUIRE: LazyLock<Script> = LazyLock::new(|| Script::new(include_str!("scripts/acquire.lua")));

/// Maximum of every number: sums of such numbers are exact in the numbers of a script.
const MAX: u64 = 1_000_000_000_000;

/// Charges all windows and returns 0, or charges none and returns the milliseconds to wait.
pub(crate) fn acquire(connections: &Connections, names: &Names, request: &QuotaRequest) -> Result<u64> {
    if request.windows.is_empty() {
        return Ok(0);
    }
    let mut script = ACQUIRE.prepare_invoke();
    for window in &request.windows {
        script.key(names.window(&request.name, window));
        script.arg(window.window_ms.min(MAX)).arg(window.limit.min(MAX)).arg(window.amount.min(MAX));
    }
    // A repeated request would charge the windows twice.
    connections.run(Repeat::Never, |connection| script.invoke(connection))
}
