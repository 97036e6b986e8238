//! The plugin's table in the config.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::ServiceOptions;

/// The gateway and the model. The gateway calls its models profiles.
#[derive(PluginConfig)]
pub struct Config {
    #[config(flatten)]
    pub(crate) service: ServiceOptions,
}
