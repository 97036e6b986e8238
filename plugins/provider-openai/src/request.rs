//! From a question to the HTTP request that asks it.
//!
//! The same provider and question always make the same bytes, until a response shows that the model does not accept a
//! part of the request. Options that the config does not set are not sent.

use crate::config::{MaxTokensField, SystemRole};
use crate::provider::OpenAi;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{RequestPart, SchemaMode};

/// Name of the schema, which services require and ignore.
const SCHEMA_NAME: &str = "rows";

/// Returns the request that asks for a completion.
pub(crate) fn complete(provider: &OpenAi, question: &CompletionRequest) -> Result<HttpRequest> {
    provider.service.post("chat/completions", body(provider, question)?)
}

/// Returns whether a request has the part.
pub(crate) fn has(request: &HttpRequest, part: RequestPart) -> bool {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    let role = body["messages"][0]["role"].as_str();
    match part {
        RequestPart::SystemText => matches!(role, Some("system" | "developer")),
        RequestPart::DeveloperRole => role == Some("developer"),
        RequestPart::JsonMode => body.get("response_format").is_some(),
        RequestPart::Strict => body["response_format"]["json_schema"].get("strict").is_some(),
        RequestPart::MaxTokens => body.get("max_tokens").is_some(),
        RequestPart::MaxCompletionTokens => body.get("max_completion_tokens").is_some(),
        RequestPart::Store => body.get("store").is_some(),
        _ => false,
    }
}

fn body(provider: &OpenAi, question: &CompletionRequest) -> Result<Value> {
    let config = &provider.config;
    let cap = provider.service.max_output_tokens(question);
    let field = max_tokens_field(provider);
    let cap_in = |wanted: MaxTokensField| cap.filter(|_| field == wanted);
    let sends_store = provider.is_openai() && !provider.rejected.contains(RequestPart::Store);
    Ok(json!({
        "model": provider.service.model(),
        "messages": messages(provider, question),
        "max_completion_tokens": cap_in(MaxTokensField::MaxCompletionTokens),
        "max_tokens": cap_in(MaxTokensField::MaxTokens),
        "temperature": config.sampling.temperature,
        "top_p": config.sampling.top_p,
        "seed": config.seed,
        "reasoning_effort": config.reasoning_effort,
        "store": sends_store.then_some(false),
        "response_format": response_format(provider, question)?,
    }))
}

/// Returns the field of the output cap: the one of the config, or the other one after the model rejected it.
fn max_tokens_field(provider: &OpenAi) -> MaxTokensField {
    use MaxTokensField::{MaxCompletionTokens, MaxTokens, None};
    let rejects = |part| provider.rejected.contains(part);
    match (rejects(RequestPart::MaxTokens), rejects(RequestPart::MaxCompletionTokens), provider.max_tokens_field) {
        (true, true, _) => None,
        (true, false, MaxTokens) => MaxCompletionTokens,
        (false, true, MaxCompletionTokens) => MaxTokens,
        (_, _, field) => field,
    }
}

fn messages(provider: &OpenAi, question: &CompletionRequest) -> Vec<Value> {
    let user = |text: &str| json!({"role": "user", "content": text});
    if question.system.is_empty() {
        return vec![user(&question.user_text())];
    }
    if provider.rejected.contains(RequestPart::SystemText) {
        return vec![user(&format!("{}\n\n{}", question.system, question.user_text()))];
    }
    let role =
        if provider.rejected.contains(RequestPart::DeveloperRole) { SystemRole::System } else { provider.system_role };
    vec![json!({"role": role, "content": question.system}), user(&question.user_text())]
}

fn response_format(provider: &OpenAi, question: &CompletionRequest) -> Result<Option<Value>> {
    if provider.rejected.contains(RequestPart::JsonMode) {
        return Ok(None);
    }
    let schema = question.schema_value()?;
    Ok(match (provider.config.schema_mode, schema) {
        (SchemaMode::JsonSchema, Some(schema)) => {
            let mut format = json!({"name": SCHEMA_NAME, "strict": provider.config.strict, "schema": schema});
            if let Some(format) = format.as_object_mut().filter(|_| provider.rejected.contains(RequestPart::Strict)) {
                format.shift_remove("strict");
            }
            Some(json!({"type": "json_schema", "json_schema": format}))
        }
        (SchemaMode::JsonObject, Some(_)) => Some(json!({"type": "json_object"})),
        (SchemaMode::JsonSchema | SchemaMode::JsonObject, None) => {
            question.json_mode.then(|| json!({"type": "json_object"}))
        }
        (SchemaMode::None, _) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider_tests::provider;

    fn question(schema: bool, json_mode: bool) -> CompletionRequest {
        CompletionRequest {
            system: "Label.".to_owned(),
            schema: schema.then(|| r#"{"type":"object"}"#.to_owned()),
            max_output_tokens: Some(50),
            json_mode,
            ..CompletionRequest::default()
        }
    }

    fn body_of(table: Value, question: &CompletionRequest) -> Value {
        serde_json::from_slice(&complete(&provider(table).unwrap(), question).unwrap().body).unwrap()
    }

    #[test]
    fn the_response_format_follows_the_schema_mode() {
        let schema = |strict: bool| json!({"type": "json_schema", "json_schema": {"name": "rows", "strict": strict, "schema": {"type": "object"}}});
        let json_mode = json!({"type": "json_object"});
        for (name, table, question, expected) in [
            ("schema", json!({}), question(true, false), schema(true)),
            ("loose schema", json!({"strict": false}), question(true, false), schema(false)),
            ("schema was rejected before", json!({}), question(false, true), json_mode.clone()),
            ("no schemas here", json!({"schema_mode": "json_object"}), question(true, false), json_mode),
            ("prompt alone", json!({"schema_mode": "none"}), question(true, true), Value::Null),
            ("nothing asked", json!({}), question(false, false), Value::Null),
        ] {
            assert_eq!(body_of(table, &question)["response_format"], expected, "{name}");
        }
    }

    #[test]
    fn each_service_gets_its_own_profile() {
        let local = json!({"base_url": "http://127.0.0.1:1/v1"});
        for (name, table, role, cap, store) in [
            ("openai", json!({}), "developer", json!({"max_completion_tokens": 50}), json!(false)),
            ("local", local, "system", json!({"max_tokens": 50}), Value::Null),
            ("no cap", json!({"max_tokens_field": "none"}), "developer", json!({}), json!(false)),
            (
                "own cap",
                json!({"max_output_tokens": 7}),
                "developer",
                json!({"max_completion_tokens": 7}),
                json!(false),
            ),
        ] {
            let body = body_of(table, &question(false, false));
            assert_eq!(body["messages"][0]["role"], role, "{name}");
            let caps = body.as_object().unwrap().iter().filter(|(key, _)| key.starts_with("max_"));
            let caps: serde_json::Map<String, Value> = caps.map(|(key, value)| (key.clone(), value.clone())).collect();
            assert_eq!((Value::Object(caps), &body["store"]), (cap, &store), "{name}");
        }
    }

    #[test]
    fn the_key_is_sent_in_the_header_of_the_service() {
        for (name, table, expected) in [
            ("bearer", json!({}), vec![("authorization", "Bearer test-key")]),
            ("azure", json!({"auth_header": "api-key", "auth_scheme": ""}), vec![("api-key", "test-key")]),
            ("no key", json!({"api_key": "", "base_url": "http://localhost"}), vec![]),
            ("replaced", json!({"extra_headers": {"Authorization": "Basic x"}}), vec![("authorization", "Basic x")]),
        ] {
            let request = provider(table).unwrap().service.get("models");
            let headers: Vec<(&str, &str)> =
                request.headers.iter().map(|(n, v)| (n.as_str(), v.to_str().unwrap())).collect();
            assert_eq!(headers, expected, "{name}");
        }
    }

    #[test]
    fn extra_body_has_the_last_word() {
        let table =
            json!({"temperature": 1.0, "extra_body": {"temperature": 0.0, "provider": {"require_parameters": true}}});
        let body = body_of(table, &question(false, false));
        assert_eq!(body["temperature"], 0.0);
        assert_eq!(body["provider"], json!({"require_parameters": true}));
    }
}
