//! The sizes that runs learned, as later runs and `plan` start with them. Pure.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Prompt tokens that the mean of characters per token remembers, so that it follows a model that changes.
const REMEMBERED_TOKENS: u64 = 10_000_000;
/// Minimum of believable output caps.
const MIN_OUTPUT_TOKENS: u32 = 16;
/// Minimum of believable contexts, in tokens.
const MIN_CONTEXT_TOKENS: u64 = 256;
/// Minimum characters of a prompt that a service may reject as too large.
const MIN_REJECTED_CHARS: usize = 256;

/// The sizes of a model, and those of one question that it was asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calibration {
    /// Sizes that do not depend on the question.
    pub model: ModelSizes,
    /// Sizes that depend on the question.
    pub question: QuestionSizes,
}

/// Sizes that a service reported, or that its errors have shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ModelSizes {
    /// Maximum output tokens of a call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_output_tokens: Option<u32>,
    /// True if the service rejects every output cap.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub output_cap_is_left_out: bool,
    /// Tokens of a prompt and its answer together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_tokens: Option<u64>,
    /// Characters of the largest prompt that was answered.
    pub answered_prompt_chars: usize,
    /// Characters of the smallest prompt that was too large.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rejected_prompt_chars: Option<usize>,
    /// Characters of the prompts whose tokens the service counted.
    pub counted_chars: u64,
    /// Tokens of these prompts.
    pub counted_tokens: u64,
}

impl ModelSizes {
    /// Returns the sizes without values that no service has, such as those of a damaged file.
    #[must_use]
    pub fn plausible(mut self) -> Self {
        self.max_output_tokens = self.max_output_tokens.filter(|tokens| *tokens >= MIN_OUTPUT_TOKENS);
        self.context_tokens = self.context_tokens.filter(|tokens| *tokens >= MIN_CONTEXT_TOKENS);
        self.rejected_prompt_chars = self.rejected_prompt_chars.filter(|chars| *chars >= MIN_REJECTED_CHARS);
        self
    }

    /// Adds a prompt whose tokens the service counted. Counts that no tokenizer has are ignored: some services report
    /// the same usage for every call.
    pub fn count(&mut self, chars: usize, tokens: u64) {
        let is_believable = (chars as u64) < tokens.saturating_mul(16) && tokens < (chars as u64).saturating_mul(4);
        if !is_believable {
            return;
        }
        self.counted_chars = self.counted_chars.saturating_add(chars as u64);
        self.counted_tokens = self.counted_tokens.saturating_add(tokens);
        if self.counted_tokens > REMEMBERED_TOKENS {
            (self.counted_chars, self.counted_tokens) = (self.counted_chars / 2, self.counted_tokens / 2);
        }
    }
}

/// Sizes that depend on the columns and the instructions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QuestionSizes {
    /// Growth of the output cap over what the columns need.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_cap_growth: Option<u32>,
    /// Maximum rows of a call, if it is below the configured one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_per_call: Option<usize>,
    /// Characters of prompts besides their rows.
    pub fixed_prompt_chars: usize,
    /// Rows that got no response on their own: the key in hexadecimal, and the reason of the failure.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub unanswered_rows: BTreeMap<String, String>,
}
