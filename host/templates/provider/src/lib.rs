//! Answers by rule: how many words a row has, and whether that is long.

use rowsmith_plugin_api::prelude::*;

/// How texts are judged.
#[derive(Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// From so many words on, a text is long.
    long_from: usize,
}

pub struct Rules(Config);

impl Provider for Rules {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        Ok(Self(config))
    }

    fn info(&self) -> ProviderInfo {
        let mut info = ProviderInfo::new("{{name}}");
        // All that changes answers: where it differs, rows are asked again.
        info.identity = json!({ "rules": 1, "long_from": self.0.long_from });
        info.is_language_model = false;
        info
    }

    // To ask a service instead: keep the host that `new` gets, send `HttpRequest::post_json(…)` through
    // `host.http()`, and return the answer's text. See "Writing plugins" in the documentation.
    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        request.answer_each(|row| {
            let texts = row.values().filter_map(Value::as_str);
            let words = texts.flat_map(str::split_whitespace).count();
            Ok(json!({ "words": words, "long": words >= self.0.long_from }))
        })
    }
}

export_plugin!(provider: Rules, name = "{{name}}", about = "Counts words");
