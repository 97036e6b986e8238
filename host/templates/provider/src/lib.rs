//! Asks a server with the chat completions API.

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{Service, ServiceOptions};

/// Settings of the service. The default address is that of Ollama on this machine.
#[derive(PluginConfig)]
pub struct Config {
    #[config(flatten(base_url = "http://127.0.0.1:11434/v1"))]
    service: ServiceOptions,
}

pub struct Chat(Service);

impl HttpProvider for Chat {
    type Config = Config;

    fn new(config: Config) -> Result<Self> {
        Ok(Self(config.service.check()?.with_bearer_key()?))
    }

    fn info(&self) -> ProviderInfo {
        let mut info = self.0.info(json!({}));
        info.structured_output = StructuredOutput::JsonSchema;
        info
    }

    fn request(&self, question: &CompletionRequest) -> Result<HttpRequest> {
        let system = json!({ "role": "system", "content": question.system });
        let user = json!({ "role": "user", "content": question.user_text() });
        let mut body = json!({ "model": self.0.model(), "messages": [system, user] });
        body["max_tokens"] = json!(self.0.max_output_tokens(question));
        if let Some(schema) = question.schema_value()? {
            let schema = json!({ "name": "rows", "schema": schema });
            body["response_format"] = json!({ "type": "json_schema", "json_schema": schema });
        }
        self.0.post("chat/completions", body)
    }

    fn response(&self, _: &CompletionRequest, response: &HttpResponse) -> Result<Completion> {
        let body = self.0.success(response)?;
        let text = body["choices"][0]["message"]["content"].as_str();
        let text = text.ok_or_else(|| self.0.unexpected_json(response, "a completion"))?;
        Ok(Completion::text(text))
    }
}

export_plugin!(provider: HttpAdapter<Chat>, name = "{{name}}", about = "A chat server");
