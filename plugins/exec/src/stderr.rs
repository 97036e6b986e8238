//! The standard error of a program: written to the log, and its last lines kept for messages.

use rowsmith_plugin_api::prelude::log;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

/// Maximum lines that are kept.
const MAX_LINES: usize = 8;

/// The last lines of a program's standard error.
#[derive(Debug, Clone, Default)]
pub(crate) struct StderrTail(Arc<Mutex<VecDeque<String>>>);

impl StderrTail {
    /// A callback for each line.
    pub(crate) fn listener(&self, title: String) -> impl FnMut(&str) + Send + 'static {
        let lines = Arc::clone(&self.0);
        move |line| {
            log::info!(target: &title, "{line}");
            if line.trim().is_empty() {
                return;
            }
            let mut lines = lines.lock().unwrap_or_else(PoisonError::into_inner);
            if lines.len() == MAX_LINES {
                lines.pop_front();
            }
            lines.push_back(line.trim().to_owned());
        }
    }

    /// The lines so far, oldest first.
    pub(crate) fn get(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}
