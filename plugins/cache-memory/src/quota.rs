//! Sliding windows: no stretch of a window's length holds more than its limit.

use rowsmith_plugin_api::prelude::{QuotaRequest, QuotaWindow};
use std::collections::{BTreeMap, HashMap};

/// The quotas of one process, by name, unit and length of the window.
#[derive(Debug, Default)]
pub(crate) struct Quotas(HashMap<(String, String, u64), Taken>);

/// How much was taken at which millisecond.
#[derive(Debug, Default)]
struct Taken(BTreeMap<u64, u64>);

impl Quotas {
    /// Takes room in all windows and returns 0, or takes nothing and returns how long to wait.
    pub(crate) fn acquire(&mut self, request: &QuotaRequest) -> u64 {
        let key = |window: &QuotaWindow| (request.name.clone(), window.unit.clone(), window.window_ms);
        let mut wait = 0;
        for window in &request.windows {
            wait = wait.max(self.0.entry(key(window)).or_default().wait(request.now_ms, window));
        }
        if wait == 0 {
            for window in request.windows.iter().filter(|w| w.amount > 0) {
                let amount = self.0.entry(key(window)).or_default().0.entry(request.now_ms).or_default();
                *amount = amount.saturating_add(window.amount);
            }
        }
        wait
    }
}

impl Taken {
    /// Forgets what is out of the window, then says how long until `window.amount` has room.
    ///
    /// An amount over the limit never fits, so it is let through when the window is empty. Times further ahead than
    /// the window is long were written before the clock was put back; they would block it for too long.
    fn wait(&mut self, now_ms: u64, window: &QuotaWindow) -> u64 {
        let oldest = now_ms.saturating_sub(window.window_ms);
        let newest = now_ms.saturating_add(window.window_ms);
        self.0.retain(|time, _| (oldest..=newest).contains(time));
        let mut used: u64 = self.0.values().fold(0, |sum, amount| sum.saturating_add(*amount));
        let mut wait = 0;
        for (time, amount) in &self.0 {
            if window.amount == 0 || used.saturating_add(window.amount) <= window.limit {
                break;
            }
            used = used.saturating_sub(*amount);
            wait = time.saturating_add(window.window_ms).saturating_add(1).saturating_sub(now_ms);
        }
        wait
    }
}
