//! A provider that does wrong what its config says: for the tests of the host, which must bear it.
//!
//! `text` limits its faults to calls whose rows contain it. Its good answers are those of the tests' own server.
#![forbid(unsafe_code)]

mod answer;
#[path = "../../fault.rs"]
mod fault;

pub use fault::Config;

use fault::Fault;
use rowsmith_plugin_api::prelude::{
    Completion, CompletionRequest, Host, Provider, ProviderInfo, Result, StructuredOutput, Usage, export_plugin, json,
};

/// The provider.
#[derive(Debug)]
pub struct MisbehavingProvider(Fault);

impl Provider for MisbehavingProvider {
    type Config = Config;

    fn new(config: Config, _: Host) -> Result<Self> {
        let fault = Fault(config);
        fault.now("new")?;
        Ok(Self(fault))
    }

    fn info(&self) -> ProviderInfo {
        // An error cannot be told here; a panic can.
        drop(self.0.now("info"));
        let absurd = self.0.is("absurd_info");
        ProviderInfo {
            structured_output: StructuredOutput::JsonSchema,
            max_output_tokens: absurd.then_some(0),
            thinking_tokens: if absurd { u32::MAX } else { 0 },
            // What is done wrong is no part of who answers.
            identity: json!({"model": "misbehaving"}),
            ..ProviderInfo::new(if absurd { "model\u{1b}[2J" } else { "misbehaving" })
        }
    }

    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        let here = request.rows.contains(&self.0.0.text);
        if here {
            self.0.reach("complete").await?;
        }
        let most = Some(u64::MAX);
        let usage = if self.0.is("absurd_usage") {
            Usage { input: most, cached: most, output: most, thinking: most }
        } else {
            Usage { input: Some(100), output: Some(50), ..Usage::default() }
        };
        let mode = if here { self.0.0.mode.as_str() } else { "" };
        Ok(Completion { usage, ..Completion::text(answer::text(&request.rows, mode)?) })
    }

    async fn verify(&self) -> Result<String> {
        self.0.reach("verify").await?;
        Ok("all is well".to_owned())
    }
}

export_plugin!(
    provider: MisbehavingProvider,
    name = "misbehaving",
    about = "Does wrong what its config says",
    capabilities = ["verify"],
);
