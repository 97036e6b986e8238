//! Asks the gateway of the company's own models.
//!
//! The gateway takes one text and returns one: `{"profile", "prompt", "max_tokens"}` to
//! `{"status": "ok", "output": …}` or `{"status": "error", "code", "reason"}`.
#![forbid(unsafe_code)]

mod answer;
mod config;
mod provider;

pub use provider::Inhouse;
use rowsmith_plugin_api::{HttpAdapter, export_plugin};

export_plugin!(
    provider: HttpAdapter<Inhouse>,
    name = "inhouse",
    about = "The gateway of the company's own models",
    capabilities = ["verify"],
);
