//! A provider with the faults that its config names, for tests of the host.
//!
//! `text` limits the faults to calls whose rows contain it. Valid answers are those of the fake model.
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
        // This method can panic, but not return an error.
        drop(self.0.now("info"));
        let absurd = self.0.is("absurd_info");
        ProviderInfo {
            structured_output: StructuredOutput::JsonSchema,
            max_output_tokens: absurd.then_some(0),
            thinking_tokens: if absurd { u32::MAX } else { 0 },
            max_requests_per_answer: if absurd { u32::MAX } else { 1 },
            // The fault is not a part of the identity.
            identity: json!({"model": "misbehaving"}),
            ..ProviderInfo::new(if absurd { "model\u{1b}[2J" } else { "misbehaving" })
        }
    }

    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        let here = request.rows.contains(&self.0.0.text);
        if here {
            self.0.reach("complete").await?;
        }
        let max = Some(u64::MAX);
        let usage = if self.0.is("absurd_usage") {
            Usage { input: max, cached: max, cache_written: max, output: max, thinking: max }
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
    about = "Has the faults that its config names",
    capabilities = ["verify"],
);
