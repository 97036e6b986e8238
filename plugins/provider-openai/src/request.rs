//! From a question to the HTTP request that asks it.
//!
//! Pure: the same settings and question always make the same bytes. Options that the config does not set are not sent.

use crate::config::{MaxTokensField, SchemaMode};
use crate::settings::Settings;
use rowsmith_plugin_api::prelude::serde_json::Map;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::merge;
use std::time::Duration;

/// The name of the answer's schema, which services demand and do not use.
const SCHEMA_NAME: &str = "rows";

/// The request that asks for a completion.
pub(crate) fn complete(settings: &Settings, asked: &CompletionRequest) -> Result<HttpRequest> {
    let url = settings.base_url.join("chat/completions");
    Ok(signed(settings, HttpRequest::post_json(url, &body(settings, asked)?)?))
}

/// The request that asks which models there are.
pub(crate) fn list_models(settings: &Settings) -> HttpRequest {
    signed(settings, HttpRequest::new(Method::GET, settings.base_url.join("models")))
}

fn signed(settings: &Settings, mut request: HttpRequest) -> HttpRequest {
    let config = &settings.config;
    let key = settings.api_key.as_ref().map(|key| match config.auth_scheme.trim() {
        "" => key.expose().to_owned(),
        scheme => format!("{scheme} {}", key.expose()),
    });
    let own = key.as_deref().map(|value| (config.auth_header.as_str(), value));
    let extra = config.extra_headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in own.into_iter().chain(extra) {
        request.headers.remove(name);
        request = request.header(name, value);
    }
    request.timeout(Duration::from_secs(settings.timeout_secs))
}

fn body(settings: &Settings, asked: &CompletionRequest) -> Result<Value> {
    let config = &settings.config;
    let mut messages = Vec::with_capacity(2);
    if !asked.system.is_empty() {
        messages.push(json!({"role": settings.system_role, "content": asked.system}));
    }
    messages.push(json!({"role": "user", "content": asked.user_text()}));
    let mut body = Map::new();
    let mut add = |name: &str, value: Value| {
        if !value.is_null() {
            body.insert(name.to_owned(), value);
        }
    };
    add("model", json!(config.model));
    add("messages", json!(messages));
    match settings.max_tokens_field {
        MaxTokensField::MaxCompletionTokens => add("max_completion_tokens", json!(asked.max_output_tokens)),
        MaxTokensField::MaxTokens => add("max_tokens", json!(asked.max_output_tokens)),
        MaxTokensField::None => {}
    }
    add("temperature", json!(config.temperature));
    add("top_p", json!(config.top_p));
    add("seed", json!(config.seed));
    add("reasoning_effort", json!(config.reasoning_effort));
    if settings.is_openai() {
        add("store", json!(false));
    }
    add("response_format", response_format(config.schema_mode, config.strict, asked)?);
    merge(&mut body, &config.extra_body);
    Ok(Value::Object(body))
}

fn response_format(mode: SchemaMode, strict: bool, asked: &CompletionRequest) -> Result<Value> {
    let schema = asked.schema_value()?;
    Ok(match (mode, schema) {
        (SchemaMode::JsonSchema, Some(schema)) => {
            json!({"type": "json_schema", "json_schema": {"name": SCHEMA_NAME, "strict": strict, "schema": schema}})
        }
        (SchemaMode::JsonObject, Some(_)) => json!({"type": "json_object"}),
        (SchemaMode::JsonSchema | SchemaMode::JsonObject, None) if asked.json_mode => json!({"type": "json_object"}),
        _ => Value::Null,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings_tests::settings;

    fn asked(schema: bool, json_mode: bool) -> CompletionRequest {
        CompletionRequest {
            system: "Label.".to_owned(),
            schema: schema.then(|| r#"{"type":"object"}"#.to_owned()),
            max_output_tokens: Some(50),
            json_mode,
            ..CompletionRequest::default()
        }
    }

    fn body_of(table: Value, asked: &CompletionRequest) -> Value {
        body(&settings(table).unwrap(), asked).unwrap()
    }

    #[test]
    fn how_json_is_asked_for() {
        let schema = |strict: bool| json!({"type": "json_schema", "json_schema": {"name": "rows", "strict": strict, "schema": {"type": "object"}}});
        let json_mode = json!({"type": "json_object"});
        for (name, table, asked, expected) in [
            ("schema", json!({}), asked(true, false), schema(true)),
            ("loose schema", json!({"strict": false}), asked(true, false), schema(false)),
            ("schema was rejected before", json!({}), asked(false, true), json_mode.clone()),
            ("no schemas here", json!({"schema_mode": "json_object"}), asked(true, false), json_mode),
            ("prompt alone", json!({"schema_mode": "none"}), asked(true, true), Value::Null),
            ("nothing asked", json!({}), asked(false, false), Value::Null),
        ] {
            assert_eq!(body_of(table, &asked)["response_format"], expected, "{name}");
        }
    }

    #[test]
    fn each_service_gets_its_own_profile() {
        let local = json!({"base_url": "http://127.0.0.1:1/v1"});
        for (name, table, role, cap, store) in [
            ("openai", json!({}), "developer", json!({"max_completion_tokens": 50}), json!(false)),
            ("local", local, "system", json!({"max_tokens": 50}), Value::Null),
            ("no cap", json!({"max_tokens_field": "none"}), "developer", json!({}), json!(false)),
        ] {
            let body = body_of(table, &asked(false, false));
            assert_eq!(body["messages"][0]["role"], role, "{name}");
            let caps = body.as_object().unwrap().iter().filter(|(key, _)| key.starts_with("max_"));
            let caps: Map<String, Value> = caps.map(|(key, value)| (key.clone(), value.clone())).collect();
            assert_eq!((Value::Object(caps), &body["store"]), (cap, &store), "{name}");
        }
    }

    #[test]
    fn the_key_goes_where_the_service_wants_it() {
        for (name, table, expected) in [
            ("bearer", json!({}), vec![("authorization", "Bearer test-key")]),
            ("azure", json!({"auth_header": "api-key", "auth_scheme": ""}), vec![("api-key", "test-key")]),
            ("no key", json!({"api_key": "", "base_url": "http://localhost"}), vec![]),
            ("replaced", json!({"extra_headers": {"Authorization": "Basic x"}}), vec![("authorization", "Basic x")]),
        ] {
            let request = list_models(&settings(table).unwrap());
            let headers: Vec<(&str, &str)> =
                request.headers.iter().map(|(n, v)| (n.as_str(), v.to_str().unwrap())).collect();
            assert_eq!(headers, expected, "{name}");
            assert_eq!((request.redirects, request.retries), (0, 0));
        }
    }

    #[test]
    fn extra_body_has_the_last_word() {
        let table =
            json!({"temperature": 1.0, "extra_body": {"temperature": 0.0, "provider": {"require_parameters": true}}});
        let body = body_of(table, &asked(false, false));
        assert_eq!(body["temperature"], 0.0);
        assert_eq!(body["provider"], json!({"require_parameters": true}));
    }
}
