//! Asks a program of any language.
//!
//! The program is started when the provider is made, says what it is, and then answers one question after the other;
//! several copies of it can run. See `docs/exec-plugins.md` for the conversation.
#![forbid(unsafe_code)]

mod config;
mod provider;
mod question;

pub use provider::ExecProvider;

rowsmith_plugin_api::export_plugin!(
    provider: ExecProvider,
    name = "exec",
    about = "Asks a program of any language",
    capabilities = ["verify"]
);
