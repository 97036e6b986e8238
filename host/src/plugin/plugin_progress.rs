//! The latest progress of each plugin, for displays.

use super::host_services::PluginId;
use rowsmith_plugin_api::Progress;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The latest progress of the plugins of a command. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct PluginProgress(Arc<Mutex<BTreeMap<String, Progress>>>);

impl PluginProgress {
    /// Replaces the progress of a plugin. An empty message without amounts removes it.
    pub fn set(&self, plugin: &PluginId, progress: Progress) {
        if progress == Progress::default() {
            self.all().remove(&plugin.to_string());
        } else {
            self.all().insert(plugin.to_string(), progress);
        }
    }

    /// Returns one short text per plugin, in the order of their ids.
    pub fn lines(&self) -> Vec<String> {
        self.all().iter().map(|(plugin, progress)| line(plugin, progress)).collect()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<String, Progress>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn line(plugin: &str, Progress { message, done, total }: &Progress) -> String {
    let amount = match (done, total) {
        (Some(done), Some(total)) => format!("{done} of {total}"),
        (Some(done), None) => done.to_string(),
        (None, Some(total)) => format!("of {total}"),
        (None, None) => String::new(),
    };
    let parts: Vec<&str> = [message.as_str(), &amount].into_iter().filter(|part| !part.is_empty()).collect();
    format!("{plugin}: {}", parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowsmith_plugin_api::PluginKind;

    #[test]
    fn the_latest_progress_of_each_plugin_is_shown() {
        let all = PluginProgress::default();
        let scraper = PluginId { kind: PluginKind::Scraper, name: "feed".to_owned() };
        let cache = PluginId { kind: PluginKind::Cache, name: "far".to_owned() };
        let progress = |message: &str, done, total| Progress { message: message.to_owned(), done, total };
        all.set(&scraper, progress("pages", Some(1), None));
        all.set(&scraper, progress("pages", Some(2), Some(9)));
        all.set(&cache, progress("connecting", None, None));
        assert_eq!(all.lines(), ["cache-far: connecting", "scraper-feed: pages 2 of 9"]);
        all.set(&scraper, Progress::default());
        assert_eq!(all.lines(), ["cache-far: connecting"]);
    }
}
