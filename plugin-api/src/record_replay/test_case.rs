//! The optional part of an exchange that a provider's test checks.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A question to a provider with a config, and the answer that the provider makes of the exchange.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TestCase {
    /// The provider's config.
    pub config: Value,
    /// The completion request; absent when the provider verifies key and model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<Value>,
    /// A completion, the sentence of a verification, or `{"error": …}` with the provider's error.
    pub answer: Value,
}
