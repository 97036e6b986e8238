//! Answers by rule, not by a model: every output column is the first words of the row.

use rowsmith_plugin_api::prelude::*;

/// How much of a row is taken.
#[derive(PluginConfig)]
pub struct Config {
    /// How many words an answer has.
    words: usize,
}

pub struct FirstWords(Config);

impl Provider for FirstWords {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        Ok(Self(config))
    }

    fn info(&self) -> ProviderInfo {
        let mut info = ProviderInfo::new("{{name}}");
        // All that changes answers: where it differs, rows are asked again.
        info.identity = json!({ "version": 1, "words": self.0.words });
        info.is_language_model = false;
        info
    }

    // To ask a service instead, keep the host and use `host.http()`: see "Writing plugins".
    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        let rules: serde_json::Map<String, Value> = serde_json::from_str(&request.rules)?;
        request.answer_each(|row| {
            let texts = row.values().filter_map(Value::as_str);
            let words = texts.flat_map(str::split_whitespace).take(self.0.words);
            let answer = json!(words.collect::<Vec<_>>().join(" "));
            let columns = rules.keys().map(|column| (column.clone(), answer.clone()));
            Ok(columns.collect::<serde_json::Map<_, _>>())
        })
    }
}

export_plugin!(provider: FirstWords, name = "{{name}}", about = "The first words of a row");
