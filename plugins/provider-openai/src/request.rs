//! From a question to the HTTP request that asks it.
//!
//! The same settings and question always make the same bytes. Options that the config does not set are not sent.

use crate::config::MaxTokensField;
use crate::settings::Settings;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::SchemaMode;

/// Name of the schema, which services require and ignore.
const SCHEMA_NAME: &str = "rows";

/// Returns the request that asks for a completion.
pub(crate) fn complete(settings: &Settings, question: &CompletionRequest) -> Result<HttpRequest> {
    settings.service.post("chat/completions", body(settings, question)?)
}

fn body(settings: &Settings, question: &CompletionRequest) -> Result<Value> {
    let config = &settings.config;
    let cap = settings.service.max_output_tokens(question);
    let cap_in = |field: MaxTokensField| cap.filter(|_| settings.max_tokens_field == field);
    Ok(json!({
        "model": settings.service.model(),
        "messages": messages(settings, question),
        "max_completion_tokens": cap_in(MaxTokensField::MaxCompletionTokens),
        "max_tokens": cap_in(MaxTokensField::MaxTokens),
        "temperature": config.sampling.temperature,
        "top_p": config.sampling.top_p,
        "seed": config.seed,
        "reasoning_effort": config.reasoning_effort,
        "store": settings.is_openai().then_some(false),
        "response_format": response_format(settings, question)?,
    }))
}

fn messages(settings: &Settings, question: &CompletionRequest) -> Vec<Value> {
    let system =
        (!question.system.is_empty()).then(|| json!({"role": settings.system_role, "content": question.system}));
    system.into_iter().chain([json!({"role": "user", "content": question.user_text()})]).collect()
}

fn response_format(settings: &Settings, question: &CompletionRequest) -> Result<Option<Value>> {
    let schema = question.schema_value()?;
    Ok(match (settings.config.schema_mode, schema) {
        (SchemaMode::JsonSchema, Some(schema)) => {
            let strict = settings.config.strict;
            Some(
                json!({"type": "json_schema", "json_schema": {"name": SCHEMA_NAME, "strict": strict, "schema": schema}}),
            )
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
    use crate::settings_tests::settings;

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
        serde_json::from_slice(&complete(&settings(table).unwrap(), question).unwrap().body).unwrap()
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
            let request = settings(table).unwrap().service.get("models");
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
