//! From a question to the HTTP request that asks it.
//!
//! The same settings and question always make the same bytes. Options that the config does not set are not sent.

use crate::config::{Config, Safety};
use crate::settings::Settings;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{SchemaMode, encode_path, without_nulls};

const HARM_CATEGORIES: [&str; 4] = [
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
];

/// Returns the request that asks for a completion.
pub(crate) fn generate(settings: &Settings, question: &CompletionRequest) -> Result<HttpRequest> {
    settings.service.post(&format!("{}:generateContent", model_path(settings)), body(settings, question)?)
}

/// Returns the request that counts the tokens of a prompt.
pub(crate) fn count_tokens(settings: &Settings, question: &CompletionRequest) -> Result<HttpRequest> {
    let mut generate = body(settings, question)?;
    generate["model"] = json!(format!("models/{}", settings.service.model()));
    let path = format!("{}:countTokens", model_path(settings));
    settings.service.post(&path, json!({ "generateContentRequest": generate }))
}

/// Returns the request that asks for the description of the model.
pub(crate) fn look_up(settings: &Settings) -> HttpRequest {
    settings.service.get(&model_path(settings))
}

fn model_path(settings: &Settings) -> String {
    format!("{}/models/{}", settings.config.api_version, encode_path(settings.service.model()))
}

fn body(settings: &Settings, question: &CompletionRequest) -> Result<Value> {
    let system = (!question.system.is_empty()).then(|| json!({"parts": [{"text": question.system}]}));
    let generation = generation(settings, question)?;
    Ok(json!({
        "systemInstruction": system,
        "contents": [{"role": "user", "parts": [{"text": question.user_text()}]}],
        "safetySettings": safety_settings(settings.config.safety),
        "generationConfig": (!generation.is_empty()).then_some(generation),
    }))
}

fn generation(settings: &Settings, question: &CompletionRequest) -> Result<serde_json::Map<String, Value>> {
    let config = &settings.config;
    let schema = question.schema_value()?;
    let is_json = config.schema_mode != SchemaMode::None && (schema.is_some() || question.json_mode);
    Ok(without_nulls(json!({
        "temperature": config.sampling.temperature,
        "topP": config.sampling.top_p,
        "topK": config.top_k,
        "seed": config.seed,
        "maxOutputTokens": settings.service.max_output_tokens(question),
        "responseMimeType": is_json.then_some("application/json"),
        "responseJsonSchema": schema.filter(|_| config.schema_mode == SchemaMode::JsonSchema),
        "thinkingConfig": thinking(config),
    })))
}

fn thinking(config: &Config) -> Option<Value> {
    let budget = config.thinking_budget.map(|budget| json!({ "thinkingBudget": budget }));
    budget.or_else(|| config.thinking_level.map(|level| json!({ "thinkingLevel": level })))
}

fn safety_settings(safety: Safety) -> Option<[Value; 4]> {
    let threshold = match safety {
        Safety::Default => return None,
        Safety::Off => "OFF",
        Safety::BlockNone => "BLOCK_NONE",
        Safety::BlockOnlyHigh => "BLOCK_ONLY_HIGH",
        Safety::BlockMediumAndAbove => "BLOCK_MEDIUM_AND_ABOVE",
        Safety::BlockLowAndAbove => "BLOCK_LOW_AND_ABOVE",
    };
    Some(HARM_CATEGORIES.map(|category| json!({"category": category, "threshold": threshold})))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    fn question(schema: bool, json_mode: bool) -> CompletionRequest {
        CompletionRequest {
            note: "Rows:".to_owned(),
            rows: "{}".to_owned(),
            schema: schema.then(|| r#"{"type":"object"}"#.to_owned()),
            json_mode,
            ..CompletionRequest::default()
        }
    }

    fn body_of(table: Value, question: &CompletionRequest) -> Value {
        serde_json::from_slice(&generate(&settings(table).unwrap(), question).unwrap().body).unwrap()
    }

    #[test]
    fn the_generation_config_has_what_is_set() {
        let schema = json!({"responseMimeType": "application/json", "responseJsonSchema": {"type": "object"}});
        let json_mode = json!({"responseMimeType": "application/json"});
        for (name, table, question, expected) in [
            ("nothing set", json!({}), question(false, false), Value::Null),
            ("schema", json!({}), question(true, false), schema),
            ("schema was rejected before", json!({}), question(false, true), json_mode.clone()),
            ("no schemas here", json!({"schema_mode": "json_object"}), question(true, false), json_mode),
            ("prompt alone", json!({"schema_mode": "none"}), question(true, true), Value::Null),
            (
                "level",
                json!({"thinking_level": "LOW"}),
                question(false, false),
                json!({"thinkingConfig": {"thinkingLevel": "LOW"}}),
            ),
            (
                "budget",
                json!({"thinking_budget": 0}),
                question(false, false),
                json!({"thinkingConfig": {"thinkingBudget": 0}}),
            ),
            (
                "sampling",
                json!({"temperature": 0.5, "top_p": 0.9, "top_k": 40, "seed": -7, "max_output_tokens": 70}),
                question(false, false),
                json!({"temperature": 0.5, "topP": 0.9, "topK": 40, "seed": -7, "maxOutputTokens": 70}),
            ),
        ] {
            assert_eq!(body_of(table, &question)["generationConfig"], expected, "{name}");
        }
    }

    #[test]
    fn extra_body_and_headers_have_the_last_word() {
        let table = json!({
            "temperature": 1.0, "safety": "block_none",
            "extra_body": {"generationConfig": {"temperature": 0.0, "candidateCount": 1}, "serviceTier": "flex"},
            "extra_headers": {"X-Goog-Api-Key": "other", "x-team": "rows"},
        });
        let request = generate(&settings(table.clone()).unwrap(), &question(false, false)).unwrap();
        let body = body_of(table, &question(false, false));
        assert_eq!(body["generationConfig"], json!({"temperature": 0.0, "candidateCount": 1}));
        assert_eq!((&body["serviceTier"], body["safetySettings"].as_array().unwrap().len()), (&json!("flex"), 4));
        assert_eq!(
            (&request.headers["x-goog-api-key"], &request.headers["x-team"]),
            (&"other".parse().unwrap(), &"rows".parse().unwrap())
        );
    }

    #[test]
    fn the_name_of_a_model_stays_inside_the_path() {
        for (model, path) in
            [("models/gemini-x", "/v1beta/models/gemini-x"), ("a:b?c#d e", "/v1beta/models/a%3Ab%3Fc%23d%20e")]
        {
            let settings = settings(json!({"model": model, "base_url": "http://h"})).unwrap();
            assert_eq!(look_up(&settings).url, format!("http://h{path}"), "{model}");
        }
    }
}
