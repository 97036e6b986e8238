//! Carries the plugin's log records to the host.

use crate::host::{HostServices, query};
use log::{LevelFilter, Log, Metadata, Record};
use std::sync::Arc;

struct HostLogger(Arc<dyn HostServices>);

impl Log for HostLogger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() as u64 <= self.0.query(query::LOG_LEVEL)
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.log(record.level() as u32, record.target(), &record.args().to_string());
        }
    }

    fn flush(&self) {}
}

/// Installs the logger of this image once; a second instance of the plugin uses the same.
pub(super) fn install(services: &Arc<dyn HostServices>) {
    let level = match services.query(query::LOG_LEVEL) {
        0 => LevelFilter::Off,
        1 => LevelFilter::Error,
        2 => LevelFilter::Warn,
        3 => LevelFilter::Info,
        4 => LevelFilter::Debug,
        _ => LevelFilter::Trace,
    };
    if log::set_boxed_logger(Box::new(HostLogger(Arc::clone(services)))).is_ok() {
        log::set_max_level(level);
    }
}
