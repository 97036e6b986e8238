//! The provider: requests to questions, replies to completions.

use crate::config::Config;
use crate::messages::{completion, question};
use rowsmith_exec::ProgramPool;
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::*;

/// The version of the answers in row keys; equal requests have got equal answers since plugin version 0.2.
const ANSWERS_VERSION: &str = "0.2";

/// Asks a program.
#[derive(Debug)]
pub struct ExecProvider {
    title: String,
    info: ProviderInfo,
    programs: ProgramPool,
}

impl Provider for ExecProvider {
    type Config = Config;

    /// Starts the program, because its `ready` line is part of the cache key.
    fn new(config: Config, host: Host) -> Result<Self> {
        let launch = config.program.launch(PluginKind::Provider, &host)?;
        let programs =
            ProgramPool::start(&launch, config.processes, config.restarts, Box::new(move || host.check_cancelled()))?;
        let ready = programs.ready();
        let model = ready.model.clone().unwrap_or_else(|| launch.title());
        let mut info = ProviderInfo::new(&model);
        info.answers_version = Some(ANSWERS_VERSION.to_owned());
        info.identity = json!({
            "command": launch.options.command,
            "options": launch.options.options,
            "model": model,
            "identity": ready.identity,
        });
        info.structured_output = ready.structured_output.unwrap_or(StructuredOutput::JsonSchema);
        info.max_output_tokens = ready.max_output_tokens;
        info.max_requests_per_answer = ready.max_requests_per_answer.unwrap_or(1).max(1);
        info.is_language_model = ready.is_language_model.unwrap_or(true);
        Ok(Self { title: launch.title(), info, programs })
    }

    fn info(&self) -> ProviderInfo {
        self.info.clone()
    }

    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        let reply = self.programs.ask(question(&request)?).await?;
        completion(&self.title, reply)
    }

    async fn verify(&self) -> Result<String> {
        Ok(format!("`{}` is ready with model {}", self.title, self.info.model))
    }
}
