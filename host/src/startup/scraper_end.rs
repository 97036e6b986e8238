//! The end of a command for its scraper: notifies it, and keeps or discards its state.

use super::open_plugins::{OpenPlugins, Opened};
use crate::plugin::call_guard::RELEASE;
use crate::plugin::host_services::PluginId;
use crate::plugin::sanitize::sanitize_error;
use crate::settings::test_time::scaled;
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::ScraperClient;
use rowsmith_plugin_api::scraper::Ending;

impl OpenPlugins {
    /// Notifies the scraper that every row was exported with its answer, and keeps its state.
    ///
    /// # Errors
    /// If the scraper fails, or its state folder cannot be replaced; the state is then unchanged.
    pub async fn complete_scraper(&self, scraper: &Opened<ScraperClient>) -> Result<(), Error> {
        let finished = scraper.client.finish(Ending::Complete).await;
        let kept = finished.and_then(|()| self.services.folders.keep(&id(scraper)));
        kept.map_err(|error| sanitize_error(error, &self.services.redactor))
    }

    /// Notifies the scraper that the command is not complete. Its state is discarded with this value.
    ///
    /// Returns true if the scraper uses state.
    pub async fn abandon_scraper(&self, scraper: &Opened<ScraperClient>) -> bool {
        // A scraper that hangs was reported already.
        let finished = tokio::time::timeout(scaled(RELEASE), scraper.client.finish(Ending::Incomplete)).await;
        if let Ok(Err(error)) = finished {
            tracing::debug!(%error, "the scraper failed to finish");
        }
        self.services.folders.is_staged(&id(scraper))
    }
}

fn id(scraper: &Opened<ScraperClient>) -> PluginId {
    PluginId { kind: scraper.kind, name: scraper.name.clone() }
}
