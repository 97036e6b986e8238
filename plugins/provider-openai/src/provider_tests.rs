//! Defaults by service, config mistakes, and the identity.

use crate::config::{MaxTokensField, SystemRole};
use crate::provider::OpenAi;
use rowsmith_plugin_api::prelude::*;

/// Settings from a config table to which a model and a key are added.
pub(crate) fn provider(mut table: Value) -> Result<OpenAi> {
    for (key, value) in [("model", "model-x"), ("api_key", "test-key")] {
        if table[key].is_null() {
            table[key] = json!(value);
        }
    }
    OpenAi::new(serde_json::from_value(table)?)
}

#[test]
fn defaults_depend_on_the_service() {
    use MaxTokensField::{MaxCompletionTokens, MaxTokens};
    use SystemRole::{Developer, System};
    for (base_url, service, role, field, timeout) in [
        ("https://api.openai.com/v1", "openai", Developer, MaxCompletionTokens, 120_000),
        ("https://api.openai.com/v1/", "openai", Developer, MaxCompletionTokens, 120_000),
        ("https://eu.api.openai.com/v1", "eu.api.openai.com", Developer, MaxCompletionTokens, 120_000),
        ("https://x.openai.azure.com/openai/v1", "x.openai.azure.com", System, MaxCompletionTokens, 120_000),
        ("https://api.mistral.ai/v1", "api.mistral.ai", System, MaxTokens, 120_000),
        ("http://127.0.0.1:11434/v1", "127.0.0.1:11434", System, MaxTokens, 600_000),
    ] {
        let provider = provider(json!({ "base_url": base_url })).unwrap();
        let timeout_ms = provider.service.get("models").timeout_ms;
        let defaults = (provider.service.name(), provider.system_role, provider.max_tokens_field, timeout_ms);
        assert_eq!(defaults, (service, role, field, Some(timeout)), "{base_url}");
    }
}

#[test]
fn the_config_overrides_defaults() {
    let table = json!({"system_role": "system", "max_tokens_field": "none", "service": "mine"});
    let provider = provider(table).unwrap();
    assert_eq!((provider.system_role, provider.max_tokens_field), (SystemRole::System, MaxTokensField::None));
    assert_eq!(provider.service.name(), "mine");
}

#[test]
fn mistakes_name_their_key() {
    for (name, table, key) in [
        ("blank key for OpenAI", json!({"api_key": " "}), "api_key"),
        ("key of two lines", json!({"api_key": "a\nb"}), "api_key"),
        ("blank model", json!({"model": " "}), "model"),
        ("relative address", json!({"base_url": "example.org"}), "base_url"),
        ("header with a space", json!({"auth_header": "api key"}), "auth_header"),
        ("stream", json!({"extra_body": {"stream": true}}), "extra_body.stream"),
    ] {
        let error = provider(table).err().unwrap();
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{name}: {error}");
    }
    let local = provider(json!({"api_key": "", "base_url": "http://localhost:8080/v1"})).unwrap();
    assert!(!local.service.has_key());
}

#[test]
fn the_identity_is_what_changes_answers() {
    let identity = |table: &Value| provider(table.clone()).unwrap().info().identity;
    let plain = identity(&json!({}));
    let expected = json!({"service": "openai", "model": "model-x", "schema_mode": "json_schema", "strict": true});
    assert_eq!(plain, expected);
    for same in [
        json!({"auth_scheme": "", "system_role": "system", "max_tokens_field": "none"}),
        json!({"base_url": "http://127.0.0.1:1/v1", "service": "openai"}),
        json!({"max_output_tokens": 5, "timeout_secs": 5, "extra_headers": {"a": "b"}}),
        json!({"extra_body": {"max_tokens": 5, "user": "u", "store": true, "stream": false}}),
    ] {
        assert_eq!(identity(&same), plain, "{same}");
    }
    for other in [
        json!({"model": "model-y"}),
        json!({"base_url": "http://127.0.0.1:1/v1"}),
        json!({"temperature": 0}),
        json!({"top_p": 0.5}),
        json!({"seed": 1}),
        json!({"reasoning_effort": "low"}),
        json!({"schema_mode": "json_object"}),
        json!({"strict": false}),
        json!({"extra_body": {"a": 1}}),
    ] {
        assert_ne!(identity(&other), plain, "{other}");
    }
}

#[test]
fn servers_on_this_machine_are_one_service_and_local() {
    use rowsmith_plugin_api::completion::SchemaKeyword::{AnyEnum, ArrayLength, NumberRange, StringLength};
    let local = [StringLength, NumberRange, ArrayLength, AnyEnum];
    let openai = [NumberRange, ArrayLength, AnyEnum];
    for (base_url, mode, service, is_local, keywords) in [
        ("http://localhost:8080/v1", "json_schema", "127.0.0.1:8080", true, &local[..]),
        ("http://127.0.0.1:8080/v1", "json_schema", "127.0.0.1:8080", true, &local),
        ("http://[::1]:8080/v1", "json_schema", "127.0.0.1:8080", true, &local),
        ("http://127.0.0.9:8080/v1", "json_object", "127.0.0.9:8080", true, &[]),
        ("https://api.openai.com/v1", "json_schema", "openai", false, &openai),
        ("https://api.mistral.ai/v1", "json_schema", "api.mistral.ai", false, &[]),
    ] {
        let info = provider(json!({"base_url": base_url, "schema_mode": mode})).unwrap().info();
        assert_eq!(
            (&info.identity["service"], info.is_local, info.free_schemas),
            (&json!(service), is_local, is_local)
        );
        assert_eq!(info.schema_keywords, keywords, "{base_url}");
    }
}

#[test]
fn thinking_tokens_are_reserved() {
    for (table, reserve) in [
        (json!({}), 0),
        (json!({"reasoning_effort": "none"}), 0),
        (json!({"reasoning_effort": "minimal"}), 0),
        (json!({"reasoning_effort": "low"}), 8_192),
    ] {
        assert_eq!(provider(table.clone()).unwrap().info().thinking_tokens, reserve, "{table}");
    }
}
