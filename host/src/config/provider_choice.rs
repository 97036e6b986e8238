//! The provider of a run.

use serde_json::Value;

/// The provider that the command line or the config selects.
#[derive(Debug, Clone)]
pub struct ProviderChoice {
    /// Name of its table; `None` when the config has several and selects none.
    pub name: Option<String>,
    /// True if the command line selects it.
    pub from_flag: bool,
}

impl ProviderChoice {
    /// Reads the choice. The command line comes first, then `enrich.provider`, then the only provider.
    pub fn new(config: &Value, flag: Option<&str>) -> Self {
        let written = config.pointer("/enrich/provider").and_then(Value::as_str);
        let only = || {
            let providers = config.get("providers")?.as_object()?;
            providers.keys().next().filter(|_| providers.len() == 1).cloned()
        };
        Self { name: flag.or(written).map(str::to_owned).or_else(only), from_flag: flag.is_some() }
    }
}
