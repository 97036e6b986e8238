//! One question to a model and its answer.

use crate::envelope;
use crate::error::Result;
use rowsmith_abi::Buffer;
use serde::{Deserialize, Serialize};

/// How a provider can be made to answer in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StructuredOutput {
    /// The service decodes under a JSON Schema.
    JsonSchema,
    /// The service promises JSON, of whatever shape.
    JsonObject,
    /// Only the prompt asks for JSON.
    #[default]
    #[serde(other)]
    None,
}

/// What a configured provider says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProviderInfo {
    /// The model's name, for people and reports.
    pub model: String,
    /// Everything in the config that changes answers (model, temperature, …): part of every row's key.
    pub identity: serde_json::Value,
    /// How answers are made to be JSON.
    #[serde(default)]
    pub structured_output: StructuredOutput,
    /// Most tokens the model may write in one answer, when known.
    #[serde(default)]
    pub max_output_tokens: Option<u32>,
    /// Tokens that a thinking model may spend before it writes; added to output caps.
    #[serde(default)]
    pub thinking_tokens: u32,
    /// False for a provider that is no language model, so that reports say so.
    #[serde(default = "yes")]
    pub is_language_model: bool,
    /// Names the service and the credential whose limits calls count against, without revealing the credential; see
    /// [`crate::service::quota_scope`]. Providers with equal names share one quota. The plugin alone when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_scope: Option<String>,
    /// The version of the answers: a part of every row's key that the author raises when equal requests get other answers.
    /// The plugin's own version, up to its first part that is not zero, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers_version: Option<String>,
}

fn yes() -> bool {
    true
}

impl ProviderInfo {
    /// A language model of the given name, whose identity is the name alone.
    pub fn new(model: impl Into<String>) -> Self {
        let model = model.into();
        Self {
            identity: serde_json::json!({ "model": model }),
            model,
            structured_output: StructuredOutput::None,
            max_output_tokens: None,
            thinking_tokens: 0,
            is_language_model: true,
            quota_scope: None,
            answers_version: None,
        }
    }
}

/// One question: the texts to send, and the same as data for providers that do not read prose.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CompletionRequest {
    /// Role, task and rules: the same for every call of a run, without any row.
    pub system: String,
    /// What comes before the rows in the user's text.
    pub note: String,
    /// The rows, as JSON.
    pub rows: String,
    /// The JSON Schema of the answer, as JSON text. Sent only to services that decode under one.
    pub schema: Option<String>,
    /// The full rules of the output columns, as a JSON object from name to rule (`type`, `enum`, `max_words`, …).
    pub rules: String,
    /// Most tokens to let the model write; `None` leaves it to the service.
    pub max_output_tokens: Option<u32>,
    /// How many rows are asked.
    pub row_count: u32,
    /// Whether the service should be told to answer in JSON without a schema.
    pub json_mode: bool,
}

#[derive(Serialize, Deserialize)]
struct RequestHead {
    #[serde(default)]
    has_schema: bool,
    #[serde(default)]
    max_output_tokens: Option<u32>,
    #[serde(default)]
    row_count: u32,
    #[serde(default)]
    json_mode: bool,
}

impl CompletionRequest {
    /// The user's text: the note, then the rows.
    pub fn user_text(&self) -> String {
        format!("{}\n{}", self.note, self.rows)
    }

    /// The schema as a JSON value.
    ///
    /// # Errors
    /// When the text is not JSON, which a host does not send.
    pub fn schema_value(&self) -> Result<Option<serde_json::Value>> {
        Ok(self.schema.as_deref().map(serde_json::from_str).transpose()?)
    }

    /// The request as bytes, for the boundary.
    ///
    /// # Errors
    /// When a part is over 4 GiB.
    pub fn encode(&self) -> Result<Buffer> {
        let head = RequestHead {
            has_schema: self.schema.is_some(),
            max_output_tokens: self.max_output_tokens,
            row_count: self.row_count,
            json_mode: self.json_mode,
        };
        let schema = self.schema.as_deref().unwrap_or_default();
        let blobs = [&self.system, &self.note, &self.rows, schema, &self.rules].map(str::as_bytes);
        envelope::encode(&head, &blobs)
    }

    /// Reads what [`CompletionRequest::encode`] wrote.
    ///
    /// # Errors
    /// When the bytes are not such a message.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let (head, blobs): (RequestHead, [&[u8]; 5]) = envelope::decode(bytes)?;
        let [system, note, rows, schema, rules] = blobs.map(envelope::text);
        Ok(Self {
            system: system?,
            note: note?,
            rows: rows?,
            schema: if head.has_schema { Some(schema?) } else { None },
            rules: rules?,
            max_output_tokens: head.max_output_tokens,
            row_count: head.row_count,
            json_mode: head.json_mode,
        })
    }
}

/// Why a model stopped writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FinishReason {
    /// It was done.
    Stop,
    /// It reached the cap of its output.
    Length,
    /// It, or a filter, refused the content.
    Blocked,
    /// Anything else.
    #[default]
    #[serde(other)]
    Other,
}

/// Tokens as the service counted them; absent where it did not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Usage {
    /// All of the prompt, cached parts included.
    pub input: Option<u64>,
    /// The part of the prompt that was read from the service's own cache.
    pub cached: Option<u64>,
    /// All that was written, thinking included.
    pub output: Option<u64>,
    /// The part of the output that was thinking.
    pub thinking: Option<u64>,
}

/// A limit that the service told of in its answer's headers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct LimitHint {
    /// `requests` or `tokens`.
    pub unit: String,
    /// The window the limit holds for, in seconds.
    pub window_secs: u64,
    /// The limit itself.
    pub limit: Option<u64>,
    /// How much of it is left.
    pub remaining: Option<u64>,
    /// Milliseconds until it resets.
    pub reset_ms: Option<u64>,
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Completion {
    /// What the model wrote.
    pub text: String,
    /// Why it stopped.
    pub finish: FinishReason,
    /// The service's own words on why, when it stopped for another reason than being done.
    pub finish_detail: Option<String>,
    /// What it cost in tokens.
    pub usage: Usage,
    /// The exact model that answered, when the service says.
    pub model: Option<String>,
    /// The service's id of the request, for its support.
    pub request_id: Option<String>,
    /// Limits learned from this answer.
    pub limits: Vec<LimitHint>,
}

#[derive(Serialize, Deserialize)]
struct CompletionHead {
    #[serde(default)]
    finish: FinishReason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    finish_detail: Option<String>,
    #[serde(default)]
    usage: Usage,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    limits: Vec<LimitHint>,
}

impl Completion {
    /// A finished answer without usage.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), finish: FinishReason::Stop, ..Self::default() }
    }

    /// The answer as bytes, for the boundary.
    ///
    /// # Errors
    /// When the text is over 4 GiB.
    pub fn encode(self) -> Result<Buffer> {
        let head = CompletionHead {
            finish: self.finish,
            finish_detail: self.finish_detail,
            usage: self.usage,
            model: self.model,
            request_id: self.request_id,
            limits: self.limits,
        };
        envelope::encode(&head, &[self.text.as_bytes()])
    }

    /// Reads what [`Completion::encode`] wrote.
    ///
    /// # Errors
    /// When the bytes are not such a message.
    pub fn decode(bytes: &[u8]) -> Result<Self> {
        let (head, [text]): (CompletionHead, [&[u8]; 1]) = envelope::decode(bytes)?;
        Ok(Self {
            text: envelope::text(text)?,
            finish: head.finish,
            finish_detail: head.finish_detail,
            usage: head.usage,
            model: head.model,
            request_id: head.request_id,
            limits: head.limits,
        })
    }
}
