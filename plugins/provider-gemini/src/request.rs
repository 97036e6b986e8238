//! From a question to the HTTP request that asks it.
//!
//! The same provider and question always make the same bytes, until a response shows that the model does not accept a
//! part of the request. Options that the config does not set are not sent.

use crate::config::{Config, Safety};
use crate::provider::Gemini;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{RequestPart, SchemaMode, encode_path, without_nulls};

const HARM_CATEGORIES: [&str; 4] = [
    "HARM_CATEGORY_HARASSMENT",
    "HARM_CATEGORY_HATE_SPEECH",
    "HARM_CATEGORY_SEXUALLY_EXPLICIT",
    "HARM_CATEGORY_DANGEROUS_CONTENT",
];

/// Returns the request that asks for a completion.
pub(crate) fn generate(provider: &Gemini, question: &CompletionRequest) -> Result<HttpRequest> {
    provider.service.post(&format!("{}:generateContent", model_path(provider)), body(provider, question)?)
}

/// Returns the request that counts the tokens of a prompt.
pub(crate) fn count_tokens(provider: &Gemini, question: &CompletionRequest) -> Result<HttpRequest> {
    let mut generate = body(provider, question)?;
    generate["model"] = json!(format!("models/{}", provider.service.model()));
    let path = format!("{}:countTokens", model_path(provider));
    provider.service.post(&path, json!({ "generateContentRequest": generate }))
}

/// Returns the request that asks for the description of the model.
pub(crate) fn look_up(provider: &Gemini) -> HttpRequest {
    provider.service.get(&model_path(provider))
}

fn model_path(provider: &Gemini) -> String {
    format!("{}/models/{}", provider.config.api_version, encode_path(provider.service.model()))
}

/// Returns whether a request has the part.
pub(crate) fn has(request: &HttpRequest, part: RequestPart) -> bool {
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    match part {
        RequestPart::SystemText => body.get("systemInstruction").is_some(),
        RequestPart::JsonMode => body["generationConfig"].get("responseMimeType").is_some(),
        RequestPart::SafetySettings => body.get("safetySettings").is_some(),
        _ => false,
    }
}

fn body(provider: &Gemini, question: &CompletionRequest) -> Result<Value> {
    let has_system = !question.system.is_empty();
    let moves_system = has_system && provider.rejected.contains(RequestPart::SystemText);
    let system = (has_system && !moves_system).then(|| json!({"parts": [{"text": question.system}]}));
    let user = question.user_text();
    let user = if moves_system { format!("{}\n\n{user}", question.system) } else { user };
    let generation = generation(provider, question)?;
    Ok(json!({
        "systemInstruction": system,
        "contents": [{"role": "user", "parts": [{"text": user}]}],
        "safetySettings": safety_settings(provider.config.safety),
        "generationConfig": (!generation.is_empty()).then_some(generation),
    }))
}

fn generation(provider: &Gemini, question: &CompletionRequest) -> Result<serde_json::Map<String, Value>> {
    let config = &provider.config;
    let schema = question.schema_value()?;
    let takes_json = config.schema_mode != SchemaMode::None && !provider.rejected.contains(RequestPart::JsonMode);
    let is_json = takes_json && (schema.is_some() || question.json_mode);
    Ok(without_nulls(json!({
        "temperature": config.sampling.temperature,
        "topP": config.sampling.top_p,
        "topK": config.top_k,
        "seed": config.seed,
        "maxOutputTokens": provider.service.max_output_tokens(question),
        "responseMimeType": is_json.then_some("application/json"),
        "responseJsonSchema": schema.filter(|_| is_json && config.schema_mode == SchemaMode::JsonSchema),
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
    use crate::provider::tests::provider;

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
        serde_json::from_slice(&generate(&provider(table).unwrap(), question).unwrap().body).unwrap()
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
    fn gemma_gets_the_instructions_in_the_users_turn_and_no_json_mode() {
        let question = CompletionRequest { system: "Label.".to_owned(), ..question(true, true) };
        for model in ["gemma-3-27b-it", "models/gemma-4"] {
            let body = body_of(json!({ "model": model }), &question);
            let expected = json!({"contents": [{"role": "user", "parts": [{"text": "Label.\n\nRows:\n{}"}]}]});
            assert_eq!(body, expected, "{model}");
            let info = provider(json!({ "model": model })).unwrap().info();
            assert_eq!((info.structured_output, info.thinking_tokens), (StructuredOutput::None, 0), "{model}");
        }
    }

    #[test]
    fn extra_body_and_headers_have_the_last_word() {
        let table = json!({
            "temperature": 1.0, "safety": "block_none",
            "extra_body": {"generationConfig": {"temperature": 0.0, "candidateCount": 1}, "serviceTier": "flex"},
            "extra_headers": {"X-Goog-Api-Key": "other", "x-team": "rows"},
        });
        let request = generate(&provider(table.clone()).unwrap(), &question(false, false)).unwrap();
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
            let provider = provider(json!({"model": model, "base_url": "http://h"})).unwrap();
            assert_eq!(look_up(&provider).url, format!("http://h{path}"), "{model}");
        }
    }
}
