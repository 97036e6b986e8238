//! Quota windows of one process.

use rowsmith_plugin_api::prelude::{QuotaRequest, QuotaWindow};
use rowsmith_plugin_api::quota::{self, SlidingWindow};
use std::collections::HashMap;

/// The windows by quota name, unit and length.
#[derive(Debug, Default)]
pub(crate) struct Quotas(HashMap<(String, String, u64), SlidingWindow>);

impl Quotas {
    /// Takes room in all windows and returns 0, or takes nothing and returns the milliseconds to wait.
    pub(crate) fn acquire(&mut self, request: &QuotaRequest) -> u64 {
        let key = |window: &QuotaWindow| (request.name.clone(), window.unit.clone(), window.window_ms);
        let mut take_out = |window: &QuotaWindow| {
            let stored = self.0.remove(&key(window));
            stored.unwrap_or_else(|| SlidingWindow::new(window.window_ms))
        };
        let mut windows: Vec<_> = request.windows.iter().map(&mut take_out).collect();
        let wait = quota::acquire(&mut windows, request);
        self.0.extend(request.windows.iter().map(key).zip(windows));
        wait
    }
}
