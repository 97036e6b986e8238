//! Rowsmith provider for OpenAI's chat completions, and for every service and local server that implements them.
//!
//! `request` makes the HTTP request of a question, `response` reads the answer, `error` classifies failures. All of it is
//! pure: the host sends, waits, limits and retries. Differences between services (the role of the system text, the name of
//! the output cap, the form of a schema) are config, with defaults by `base_url`.

#![forbid(unsafe_code)]

mod config;
mod error;
mod limits;
mod outcome;
mod provider;
mod request;
mod response;
mod stream;
mod verify;

#[cfg(test)]
mod dialect_tests;
#[cfg(test)]
mod error_tests;
#[cfg(test)]
mod learning_tests;
#[cfg(test)]
mod provider_tests;
#[cfg(test)]
mod response_tests;

pub use provider::OpenAi;
use rowsmith_plugin_api::{HttpAdapter, export_plugin};

export_plugin!(
    provider: HttpAdapter<OpenAi>,
    name = "openai",
    about = "OpenAI and every service that speaks its chat completions",
    capabilities = ["verify"],
);
