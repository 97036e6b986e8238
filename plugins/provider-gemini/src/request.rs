//! From a question to the HTTP request that asks it.
//!
//! Pure: the same settings and question always make the same bytes. Options that the config does not set are not sent.

use crate::config::{Safety, SchemaMode};
use crate::settings::Settings;
use rowsmith_plugin_api::prelude::serde_json::Map;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::merge;
use std::time::Duration;

const HARM_CATEGORIES: [&str; 4] = [
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
];

/// The request that asks for a completion.
pub(crate) fn complete(settings: &Settings, asked: &CompletionRequest) -> Result<HttpRequest> {
    let url = format!("{}:generateContent", model_url(settings));
    Ok(signed(settings, HttpRequest::post_json(url, &body(settings, asked)?)?))
}

/// The request that asks what the model is.
pub(crate) fn look_up(settings: &Settings) -> HttpRequest {
    signed(settings, HttpRequest::new(Method::GET, model_url(settings)))
}

fn model_url(settings: &Settings) -> String {
    let encode = |byte: u8| match byte {
        b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
        _ if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    let model: String = settings.model.bytes().map(encode).collect();
    settings.base_url.join(&format!("{}/models/{model}", settings.config.api_version))
}

fn signed(settings: &Settings, mut request: HttpRequest) -> HttpRequest {
    let own = ("x-goog-api-key", settings.api_key.expose());
    let extra = settings.config.extra_headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in std::iter::once(own).chain(extra) {
        request.headers.remove(name);
        request = request.header(name, value);
    }
    request.timeout(Duration::from_secs(settings.config.timeout_secs))
}

fn body(settings: &Settings, asked: &CompletionRequest) -> Result<Value> {
    let mut body = Map::new();
    if !asked.system.is_empty() {
        body.insert("systemInstruction".to_owned(), json!({"parts": [{"text": asked.system}]}));
    }
    body.insert("contents".to_owned(), json!([{"role": "user", "parts": [{"text": asked.user_text()}]}]));
    if let Some(threshold) = threshold(settings.config.safety) {
        let each = HARM_CATEGORIES.map(|category| json!({"category": category, "threshold": threshold}));
        body.insert("safetySettings".to_owned(), json!(each));
    }
    let generation = generation(settings, asked)?;
    if !generation.is_empty() {
        body.insert("generationConfig".to_owned(), Value::Object(generation));
    }
    merge(&mut body, &settings.config.extra_body);
    Ok(Value::Object(body))
}

fn generation(settings: &Settings, asked: &CompletionRequest) -> Result<Map<String, Value>> {
    let config = &settings.config;
    let mut generation = Map::new();
    let mut add = |name: &str, value: Value| {
        if !value.is_null() {
            generation.insert(name.to_owned(), value);
        }
    };
    add("temperature", json!(config.temperature));
    add("topP", json!(config.top_p));
    add("topK", json!(config.top_k));
    add("seed", json!(config.seed));
    add("maxOutputTokens", json!(config.max_output_tokens.or(asked.max_output_tokens)));
    let schema = asked.schema_value()?;
    if config.schema != SchemaMode::None && (schema.is_some() || asked.json_mode) {
        add("responseMimeType", json!("application/json"));
    }
    if config.schema == SchemaMode::JsonSchema {
        add("responseJsonSchema", json!(schema));
    }
    if let Some(budget) = config.thinking_budget {
        add("thinkingConfig", json!({ "thinkingBudget": budget }));
    } else if let Some(level) = config.thinking_level {
        add("thinkingConfig", json!({ "thinkingLevel": level }));
    }
    Ok(generation)
}

fn threshold(safety: Safety) -> Option<&'static str> {
    match safety {
        Safety::Default => None,
        Safety::Off => Some("OFF"),
        Safety::BlockNone => Some("BLOCK_NONE"),
        Safety::BlockOnlyHigh => Some("BLOCK_ONLY_HIGH"),
        Safety::BlockMediumAndAbove => Some("BLOCK_MEDIUM_AND_ABOVE"),
        Safety::BlockLowAndAbove => Some("BLOCK_LOW_AND_ABOVE"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    fn asked(schema: bool, json_mode: bool) -> CompletionRequest {
        CompletionRequest {
            note: "Rows:".to_owned(),
            rows: "{}".to_owned(),
            schema: schema.then(|| r#"{"type":"object"}"#.to_owned()),
            json_mode,
            ..CompletionRequest::default()
        }
    }

    #[test]
    fn the_generation_config_has_what_is_set() {
        let schema = json!({"responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}});
        let json_mode = json!({"responseMimeType": "application/json"});
        for (name, table, asked, expected) in [
            ("nothing set", json!({}), asked(false, false), Value::Null),
            ("schema", json!({}), asked(true, false), schema),
            ("schema was rejected before", json!({}), asked(false, true), json_mode.clone()),
            ("no schemas here", json!({"schema": "json_object"}), asked(true, false), json_mode),
            ("prompt alone", json!({"schema": "none"}), asked(true, true), Value::Null),
            (
                "level",
                json!({"thinking_level": "LOW"}),
                asked(false, false),
                json!({"thinkingConfig": {"thinkingLevel": "LOW"}}),
            ),
            (
                "budget",
                json!({"thinking_budget": 0}),
                asked(false, false),
                json!({"thinkingConfig": {"thinkingBudget": 0}}),
            ),
            (
                "sampling",
                json!({"temperature": 0.5, "top_p": 0.9, "top_k": 40, "seed": -7}),
                asked(false, false),
                json!({"temperature": 0.5, "topP": 0.9, "topK": 40, "seed": -7}),
            ),
        ] {
            assert_eq!(body(&settings(table).unwrap(), &asked).unwrap()["generationConfig"], expected, "{name}");
        }
    }

    #[test]
    fn the_configs_cap_wins() {
        let asked = CompletionRequest { max_output_tokens: Some(500), ..CompletionRequest::default() };
        for (table, expected) in [(json!({}), 500), (json!({"max_output_tokens": 70}), 70)] {
            let body = body(&settings(table).unwrap(), &asked).unwrap();
            assert_eq!(body["generationConfig"]["maxOutputTokens"], expected);
        }
    }

    #[test]
    fn extra_body_and_headers_have_the_last_word() {
        let table = json!({
            "temperature": 1.0, "safety": "block_none",
            "extra_body": {"generationConfig": {"temperature": 0.0, "candidateCount": 1}, "serviceTier": "flex"},
            "extra_headers": {"X-Goog-Api-Key": "other", "x-team": "rows"},
        });
        let request = complete(&settings(table).unwrap(), &asked(false, false)).unwrap();
        let body: Value = serde_json::from_slice(&request.body).unwrap();
        assert_eq!(body["generationConfig"], json!({"temperature": 0.0, "candidateCount": 1}));
        assert_eq!(body["serviceTier"], "flex");
        assert_eq!(body["safetySettings"].as_array().unwrap().len(), 4);
        let names: Vec<&str> = request.headers.keys().map(|name| name.as_str()).collect();
        assert_eq!(names, ["content-type", "x-goog-api-key", "x-team"]);
        assert_eq!((request.redirects, request.retries), (0, 0));
    }

    #[test]
    fn a_models_name_stays_inside_the_path() {
        for (model, path) in [
            ("models/gemini-x", "/v1beta/models/gemini-x"),
            ("a:b?c#d e", "/v1beta/models/a%3Ab%3Fc%23d%20e"),
            ("é", "/v1beta/models/%C3%A9"),
        ] {
            let settings = settings(json!({"model": model, "base_url": "http://h"})).unwrap();
            assert_eq!(look_up(&settings).url, format!("http://h{path}"), "{model}");
        }
    }
}
