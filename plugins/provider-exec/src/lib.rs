//! Asks a program in any language.
//!
//! The program starts with the provider, describes itself in its `ready` line, and answers questions in turn; several
//! processes of it can run. See `docs/exec-plugins.md` for the protocol.
#![forbid(unsafe_code)]

mod config;
mod messages;
mod provider;

pub use provider::ExecProvider;

rowsmith_plugin_api::export_plugin!(
    provider: ExecProvider,
    name = "exec",
    about = "Asks a program in any language",
    capabilities = ["verify", "record"]
);
