//! Bundled plugins, figures and memory of the benchmarks.

use rowsmith::plugin::PluginError;
use rowsmith::plugin::host_services::HostServices;
use rowsmith::plugin::registry::{Source, instantiate};
use rowsmith::settings::Isolation;
use rowsmith_plugin_api::ErrorKind;
use rowsmith_plugin_api::bridge::client::{CacheClient, Remote};
use rowsmith_plugin_api::manifest::{Manifest, PluginKind};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

#[expect(clippy::print_stdout, reason = "a benchmark's table is its output")]
pub(crate) fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::cast_precision_loss, reason = "row counts are far below 2^52")]
pub(crate) fn line(name: &str, rows: u64, took: Duration) -> f64 {
    let per_second = rows as f64 / took.as_secs_f64();
    say(&format!("{name:<40}{per_second:>12.0}{:>12.0}", 1e9 / per_second));
    per_second
}

/// Creates an instance of a bundled plugin, which is linked into this program.
pub(crate) fn bundled(
    kind: PluginKind,
    name: &str,
    config: &Value,
    shared: &HostServices,
) -> Result<Remote, Box<PluginError>> {
    let manifests = rowsmith_bundled_plugins::plugins().into_iter().map(|plugin| {
        let manifest = Manifest::parse(plugin.manifest.as_bytes()).expect("the macro writes valid manifests");
        (Box::new(manifest), plugin)
    });
    let mut wanted = manifests.filter(|(manifest, _)| manifest.kind == kind && manifest.name == name);
    let (manifest, plugin) = wanted.next().expect("a bundled plugin");
    instantiate(&Source::Linked(manifest, plugin), config, shared, Isolation::None, Duration::MAX).map_err(Box::new)
}

/// Opens the store, after the threads of an earlier run have closed it.
pub(crate) fn lmdb(folder: &Path, shared: &HostServices) -> CacheClient {
    let config = json!({"path": folder.join("cache")});
    loop {
        let opened = bundled(PluginKind::Cache, "lmdb", &config, shared);
        let busy = opened.as_ref().err().is_some_and(
            |error| matches!(&**error, PluginError::Failed { error, .. } if error.kind == ErrorKind::Busy),
        );
        if !busy {
            return CacheClient(opened.expect("the store opens"));
        }
        std::thread::yield_now();
    }
}

pub(crate) fn status_kib(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|text| text.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Samples the anonymous memory of the process. The system can drop pages of files, so they do not count.
pub(crate) fn watch_own_memory() -> Arc<AtomicU64> {
    let peak = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&peak);
    std::thread::spawn(move || {
        loop {
            seen.fetch_max(status_kib("RssAnon:"), Ordering::Relaxed);
            std::thread::park_timeout(Duration::from_millis(5));
        }
    });
    peak
}
