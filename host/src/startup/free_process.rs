//! Caches whose store is open in a process with the id of this one, which only another container has. LMDB tells processes
//! apart by their ids, so such a cache gets a process of its own.

use super::open_plugins::OpenPlugins;
use crate::plugin::PluginError;
use crate::plugin::call_guard::GuardOptions;
use crate::plugin::registry::Source;
use crate::settings::{Isolation, PluginUse};
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::Remote;
use serde_json::Value;

/// The context of the error of a plugin that cannot be used by a process with the id of this process.
const NEEDS_NEW_PROCESS: &str = "needs_new_process";
/// Maximum processes to start: others may have the id of the first one too.
const MAX_NEW_PROCESSES: u32 = 8;

impl OpenPlugins {
    /// Creates an instance in this process, or in one of its own with an unused id.
    pub(super) async fn create_in_a_free_process(
        &self,
        usage: &PluginUse,
        source: &Source,
        config: &Value,
        options: &GuardOptions,
    ) -> Result<Result<Remote, PluginError>, Error> {
        let mut created = self.create_once(usage, source, config, options).await;
        let own = PluginUse { isolation: Isolation::Process, ..usage.clone() };
        for _ in 0..MAX_NEW_PROCESSES {
            match &created {
                Ok(Err(PluginError::Failed { error, .. })) if error.context(NEEDS_NEW_PROCESS).is_some() => {
                    tracing::info!(%error, "the plugin gets a process of its own");
                    created = self.create_once(&own, source, config, options).await;
                }
                _ => break,
            }
        }
        created
    }
}
