//! Rowsmith provider for Google's Gemini models, over the Gemini API's `generateContent`.
//!
//! `request` makes the HTTP request of a question, `response` reads the answer, `error` classifies failures. All of it is
//! pure: the host sends, waits, limits and retries. The key travels in the header `x-goog-api-key` only.

#![forbid(unsafe_code)]

mod config;
mod error;
mod provider;
mod request;
mod response;
mod stream;
mod verify;

#[cfg(test)]
mod error_tests;
#[cfg(test)]
mod response_tests;

pub use provider::Gemini;
use rowsmith_plugin_api::{HttpAdapter, export_plugin};

export_plugin!(
    provider: HttpAdapter<Gemini>,
    name = "gemini",
    about = "Google's Gemini models, by the Gemini API",
    capabilities = ["verify", "count_tokens", "model_info"],
);
