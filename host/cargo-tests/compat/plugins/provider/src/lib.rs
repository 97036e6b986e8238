//! A provider as plugin authors wrote them against plugin-api 0.1.0: it answers with what it was asked.
#![forbid(unsafe_code)]

use rowsmith_plugin_api::prelude::serde_json::Map;
use rowsmith_plugin_api::prelude::*;
use std::time::Duration;

/// The plugin's table in the config.
#[derive(Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// What every answer begins with.
    #[serde(default = "prefix")]
    #[config(default = "\"about\"")]
    prefix: String,
    /// A key that is not used.
    key: Option<Secret>,
}

fn prefix() -> String {
    "about".to_owned()
}

/// Answers with what it was asked.
pub struct Echo {
    config: Config,
    host: Host,
}

impl Provider for Echo {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        if config.key.as_ref().is_some_and(|key| key.expose().is_empty()) {
            return Err(Error::config("key", "`key` is empty"));
        }
        Ok(Self { config, host })
    }

    fn info(&self) -> ProviderInfo {
        let mut info = ProviderInfo::new("echo-1");
        info.structured_output = StructuredOutput::JsonSchema;
        info.is_language_model = false;
        info
    }

    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        self.host.sleep(Duration::ZERO).await?;
        let rows: Map<String, Value> = serde_json::from_str(&request.rows)?;
        let rules: Map<String, Value> = serde_json::from_str(&request.rules)?;
        let answer = rows.into_iter().map(|(id, row)| {
            let title = row.pointer("/row/title").and_then(Value::as_str).unwrap_or_default();
            let mut fields = Map::new();
            fields.extend(row.get("tag").map(|tag| ("tag".to_owned(), tag.clone())));
            fields.extend(rules.keys().map(|name| (name.clone(), json!(format!("{} {title}", self.config.prefix)))));
            (id, Value::Object(fields))
        });
        let mut completion = Completion::text(answer.collect::<Value>().to_string());
        completion.model = Some("echo-1".to_owned());
        Ok(completion)
    }
}

export_plugin!(provider: Echo, name = "old", about = "Answers with what it was asked, as of 0.1.0");
