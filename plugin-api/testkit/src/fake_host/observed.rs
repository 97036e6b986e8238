//! Record of the calls of a plugin to its host.

use rowsmith_plugin_api::HttpRequest;
use rowsmith_plugin_api::row::{Column, RowChunk};
use std::time::Duration;

/// One log record of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// 1 (error) to 5 (trace).
    pub level: u32,
    /// Message.
    pub message: String,
}

#[derive(Default)]
pub(super) struct Observed {
    pub(super) requests: Vec<HttpRequest>,
    pub(super) sleeps: Vec<Duration>,
    pub(super) columns: Option<Vec<Column>>,
    pub(super) chunks: Vec<RowChunk>,
    pub(super) refused_chunks: usize,
    pub(super) logs: Vec<LogRecord>,
}
