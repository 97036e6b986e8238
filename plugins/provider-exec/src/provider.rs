//! The provider: requests to questions, replies to answers.

use crate::config::Config;
use crate::question::{completion, question};
use rowsmith_exec::Programs;
use rowsmith_plugin_api::prelude::*;

/// Asks a program.
#[derive(Debug)]
pub struct ExecProvider {
    title: String,
    info: ProviderInfo,
    programs: Programs,
}

impl Provider for ExecProvider {
    type Config = Config;

    /// Starts the program: what it says of itself is part of every row's key.
    fn new(config: Config, host: Host) -> Result<Self> {
        if !(1..=64).contains(&config.processes) {
            return Err(Error::config("processes", "`processes` is not between 1 and 64"));
        }
        let launch = config.launch()?;
        let programs =
            Programs::start(&launch, config.processes, config.restarts, Box::new(move || host.check_cancelled()))?;
        let ready = programs.ready();
        let model = ready.model.clone().unwrap_or_else(|| launch.title());
        let mut info = ProviderInfo::new(&model);
        info.identity = json!({
            "command": launch.command,
            "options": launch.options,
            "model": model,
            "identity": ready.identity,
        });
        info.structured_output = ready.structured_output.unwrap_or(StructuredOutput::JsonSchema);
        info.max_output_tokens = ready.max_output_tokens;
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
        Ok(format!("`{}` was started and is ready; its model is {}", self.title, self.info.model))
    }
}
