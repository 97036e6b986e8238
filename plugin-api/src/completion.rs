//! A question to a model and its answer.

use crate::envelope;
use crate::error::Result;
use rowsmith_abi::Buffer;
use serde::{Deserialize, Serialize};

/// The means by which answers are made to be JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StructuredOutput {
    /// The service decodes under a JSON Schema.
    JsonSchema,
    /// The service returns JSON of any shape.
    JsonObject,
    /// Only the prompt asks for JSON.
    #[default]
    #[serde(other)]
    None,
}

/// A constraint of a JSON Schema that a service may enforce while it decodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SchemaKeyword {
    /// `minLength` and `maxLength` of strings.
    StringLength,
    /// `minimum` and `maximum` of numbers.
    NumberRange,
    /// `minItems` and `maxItems` of arrays.
    ArrayLength,
    /// `enum` with values that are not strings.
    AnyEnum,
    /// `pattern` of strings.
    Pattern,
    /// A keyword of a newer version.
    #[serde(other)]
    Other,
}

/// Description of a configured provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ProviderInfo {
    /// Name of the model, for users and reports.
    pub model: String,
    /// Everything in the config that changes answers (model, temperature, …). It is part of every row's key.
    pub identity: serde_json::Value,
    /// The means by which answers are made to be JSON.
    #[serde(default)]
    pub structured_output: StructuredOutput,
    /// Maximum output tokens of one answer, when known.
    #[serde(default)]
    pub max_output_tokens: Option<u32>,
    /// Thinking tokens to reserve; added to output caps.
    #[serde(default)]
    pub thinking_tokens: u32,
    /// False for a provider that is not a language model; reports state it.
    #[serde(default = "yes")]
    pub is_language_model: bool,
    /// Name of the quota that calls count against: a service and a credential, without revealing the credential. See
    /// [`crate::service::quota_scope`]. Providers with equal names share one quota. Without a name, all providers of a plugin do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota_scope: Option<String>,
    /// Version of the answers. It is part of every row's key; raise it when equal requests get other answers. When absent,
    /// the plugin's version up to its first part that is not zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers_version: Option<String>,
    /// Maximum requests that one call of [`Provider::complete`](crate::Provider::complete) sends. The host reserves them
    /// in the limits of requests, and corrects the count with [`Completion::requests`].
    #[serde(default = "one")]
    pub max_requests_per_answer: u32,
    /// True if the service runs on this machine, where more calls at once do not make it faster.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_local: bool,
    /// True if a schema that differs from call to call costs neither time nor money.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub free_schemas: bool,
    /// Constraints that the service enforces and accepts in schemas, besides types, required members and enums of strings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schema_keywords: Vec<SchemaKeyword>,
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}

impl ProviderInfo {
    /// Describes a language model whose identity is its name.
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
            max_requests_per_answer: 1,
            is_local: false,
            free_schemas: false,
            schema_keywords: Vec::new(),
        }
    }
}

/// A question: the texts to send, and the same content as data for providers without a language model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CompletionRequest {
    /// Role, task and rules: the same for every call of a run, without row data.
    pub system: String,
    /// Text before the rows in the user's text.
    pub note: String,
    /// The rows, as JSON.
    pub rows: String,
    /// The JSON Schema of the answer, as JSON text; present for services that decode under a schema.
    pub schema: Option<String>,
    /// The full rules of the output columns, as a JSON object from name to rule (`type`, `enum`, `max_words`, …).
    pub rules: String,
    /// Maximum output tokens; `None` leaves them to the service.
    pub max_output_tokens: Option<u32>,
    /// Number of rows.
    pub row_count: u32,
    /// Requests JSON without a schema.
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
    /// Returns the user's text: the note, then the rows.
    pub fn user_text(&self) -> String {
        format!("{}\n{}", self.note, self.rows)
    }

    /// Returns the schema as a JSON value.
    ///
    /// # Errors
    /// When the text is not JSON, which no host sends.
    pub fn schema_value(&self) -> Result<Option<serde_json::Value>> {
        Ok(self.schema.as_deref().map(serde_json::from_str).transpose()?)
    }

    /// Encodes the request for the plugin boundary.
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

    /// Decodes the bytes of [`CompletionRequest::encode`].
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

/// Reason for the end of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FinishReason {
    /// The answer is complete.
    Stop,
    /// The answer reached its output cap.
    Length,
    /// The model or a filter rejected the content.
    Blocked,
    /// Any other reason.
    #[default]
    #[serde(other)]
    Other,
}

/// Token counts of the service; absent where it does not report them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct Usage {
    /// Tokens of the prompt, cached ones included.
    pub input: Option<u64>,
    /// Tokens of the prompt that were read from the service's cache.
    pub cached: Option<u64>,
    /// Tokens of the prompt that were written to the service's cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_written: Option<u64>,
    /// Output tokens, thinking included.
    pub output: Option<u64>,
    /// Thinking tokens of the output.
    pub thinking: Option<u64>,
}

/// A rate limit in the headers of a response.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct LimitHint {
    /// [`REQUESTS`](crate::quota::REQUESTS) or [`TOKENS`](crate::quota::TOKENS).
    pub unit: String,
    /// Window of the limit in seconds.
    pub window_secs: u64,
    /// Maximum in a window.
    pub limit: Option<u64>,
    /// Remaining amount.
    pub remaining: Option<u64>,
    /// Milliseconds until the limit resets.
    pub reset_ms: Option<u64>,
    /// Time at which the limit resets, in milliseconds since 1970, for services that report a time. The host, which has
    /// the clock, fills [`LimitHint::reset_ms`] from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_at_ms: Option<u64>,
}

/// Limits and prices of a model, as its service reports them; absent where it does not.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct ModelInfo {
    /// Maximum tokens of a prompt, or of prompt and answer together.
    pub context_tokens: Option<u64>,
    /// Maximum tokens of an answer.
    pub max_output_tokens: Option<u64>,
    /// Price of a million input tokens in US dollars.
    pub input_usd_per_million: Option<f64>,
    /// Price of a million output tokens in US dollars.
    pub output_usd_per_million: Option<f64>,
}

/// Answer of a model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Completion {
    /// Text of the model.
    pub text: String,
    /// Reason for its end.
    pub finish: FinishReason,
    /// The service's own reason, when the answer is not complete.
    pub finish_detail: Option<String>,
    /// Token counts.
    pub usage: Usage,
    /// The exact model that answered, when the service reports it.
    pub model: Option<String>,
    /// The service's id of the request, for its support.
    pub request_id: Option<String>,
    /// Rate limits in this response.
    pub limits: Vec<LimitHint>,
    /// Requests that the answer took; `None` for the declared maximum, which is one by default.
    pub requests: Option<u32>,
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    requests: Option<u32>,
}

impl Completion {
    /// Creates a complete answer without token counts.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), finish: FinishReason::Stop, ..Self::default() }
    }

    /// Encodes the answer for the plugin boundary.
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
            requests: self.requests,
        };
        envelope::encode(&head, &[self.text.as_bytes()])
    }

    /// Decodes the bytes of [`Completion::encode`].
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
            requests: head.requests,
        })
    }
}
