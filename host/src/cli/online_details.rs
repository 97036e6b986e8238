//! Details that `plan --online` asks the service for, free of charge.

use crate::pipeline::prompt::Asked;
use crate::startup::open_plugins::Opened;
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::ProviderClient;
use rowsmith_plugin_api::completion::ModelInfo;
use serde_json::{Value, json};

/// The answers of the service; absent where the provider cannot ask.
pub(super) struct OnlineDetails {
    model: Option<ModelInfo>,
    /// The counted and the estimated tokens of the first call.
    first_call: Option<(u64, u64)>,
}

impl OnlineDetails {
    /// Asks for the details that the provider can ask for. `first` is the first call of the plan.
    pub(super) async fn ask(provider: &Opened<ProviderClient>, first: Option<&Asked>) -> Result<Self, Error> {
        let model = Error::optional(provider.client.model_info().await)?;
        let first_call = match first {
            Some(asked) => {
                let counted = Error::optional(provider.client.count_tokens(&asked.request).await)?;
                counted.map(|counted| (counted, asked.input_tokens))
            }
            None => None,
        };
        Ok(Self { model, first_call })
    }

    /// Returns the lines of the text output.
    pub(super) fn lines(&self) -> Vec<(&'static str, String)> {
        let mut lines = Vec::new();
        if let Some(info) = &self.model {
            let known = [
                info.context_tokens.map(|tokens| format!("context {tokens} tokens")),
                info.max_output_tokens.map(|tokens| format!("output at most {tokens} tokens")),
                info.input_usd_per_million.map(|usd| format!("${usd} per million input tokens")),
                info.output_usd_per_million.map(|usd| format!("${usd} per million output tokens")),
            ];
            lines.push(("Model", known.into_iter().flatten().collect::<Vec<_>>().join(", ")));
        }
        if let Some((counted, estimated)) = self.first_call {
            lines.push(("First call", format!("{counted} input tokens (estimate: {estimated})")));
        }
        if lines.is_empty() {
            lines.push(("Online", "the provider cannot ask the service for tokens or limits".to_owned()));
        }
        lines
    }

    /// Returns the details for the JSON output.
    pub(super) fn as_json(&self) -> Value {
        json!({
            "model": self.model,
            "first_call": self.first_call.map(|(counted, estimated)| {
                json!({"input_tokens": counted, "input_tokens_estimated": estimated})
            }),
        })
    }
}
