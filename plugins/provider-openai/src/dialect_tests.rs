//! Failures in the form of other services and local servers.

use crate::error_tests::outcome;
use rowsmith_plugin_api::prelude::ErrorKind::{
    Auth, BadRequest, Billing, NotFound, QuotaExhausted, Retryable, SchemaRejected, TooLarge,
};
use rowsmith_plugin_api::prelude::*;

type Case<'a> = (&'a str, u16, &'a str, ErrorKind, &'a str);

fn assert_errors(cases: &[Case<'_>]) {
    for (name, status, body, kind, says) in cases {
        let error = outcome(*status, &[], *body).unwrap_err();
        assert_eq!(error.kind, *kind, "{name}");
        assert!(error.message.contains(says), "{name}: {error}");
    }
}

#[test]
fn local_servers() {
    const LOADING: &str = r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#;
    const CONTEXT: &str = r#"{"error":{"code":400,"message":"no","type":"exceed_context_size_error","n_ctx":8192}}"#;
    const SCHEMA: &str = r#"{"error":{"code":400,"message":"JSON schema error at #","type":"invalid_request_error"}}"#;
    const KEY: &str = r#"{"error":{"code":401,"message":"Invalid API Key","type":"authentication_error"}}"#;
    assert_errors(&[
        ("llama-server loads", 503, LOADING, Retryable, "status 503: Loading model"),
        ("llama-server's context", 400, CONTEXT, TooLarge, "no"),
        ("llama-server's schema", 400, SCHEMA, SchemaRejected, "JSON schema"),
        ("llama-server's key", 401, KEY, Auth, "Invalid API Key"),
        ("Ollama's model", 404, r#"{"error":"model 'x' not found"}"#, NotFound, "model 'x' not found"),
        ("Ollama is busy", 503, r#"{"error":"server busy"}"#, Retryable, "server busy"),
        ("vLLM's flat error", 400, r#"{"object":"error","message":"bad","code":400}"#, BadRequest, "status 400: bad"),
    ]);
}

#[test]
fn mistral_and_deepseek() {
    const RATE: &str = r#"{"object":"error","message":"Slower","type":"x","code":"1300","raw_status_code":429}"#;
    const VALIDATION: &str =
        r#"{"detail":[{"type":"missing","loc":["body","messages",0],"msg":"Field required"},"odd"]}"#;
    const BALANCE: &str =
        r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}"#;
    const NO_SCHEMAS: &str =
        r#"{"error":{"message":"This response_format type is unavailable now","type":"invalid_request_error"}}"#;
    assert_errors(&[
        ("flat", 429, RATE, Retryable, "status 429: Slower"),
        ("flat, in a success", 200, &RATE.replace("\"object\"", "\"error\":true,\"object\""), Retryable, "status 429"),
        ("flat key", 401, r#"{"message":"Unauthorized","request_id":"1"}"#, Auth, "Unauthorized"),
        ("validation", 422, VALIDATION, BadRequest, "status 422: body.messages.0: Field required; \"odd\""),
        ("validation text", 422, r#"{"detail":"No"}"#, BadRequest, "status 422: No"),
        ("no credit", 402, BALANCE, Billing, "Insufficient Balance"),
        ("no schemas", 400, NO_SCHEMAS, SchemaRejected, "unavailable"),
    ]);
}

#[test]
fn routers_and_gateways() {
    let router = |code: u16, message: &str, metadata: Value| {
        json!({"error": {"code": code, "message": message, "metadata": metadata}}).to_string()
    };
    let in_flight = router(402, "Wait", json!({"error_type": "in_flight_budget_exhausted"}));
    let daily = router(429, "No", json!({"limit_source": "openrouter_free_tier_daily"}));
    assert_errors(&[
        ("no credit", 402, &router(402, "Insufficient credits", json!({})), Billing, "credits"),
        ("credit in flight", 402, &in_flight, Retryable, "Wait"),
        ("daily by its words", 429, &router(429, "Limit: free-models-per-day", json!({})), QuotaExhausted, "free"),
        ("daily by its source", 429, &daily, QuotaExhausted, "No"),
        ("upstream", 502, &router(502, "Provider returned error", json!({"raw": "boom"})), Retryable, "error: boom"),
        ("proxy page", 502, "<html>Bad gateway</html>", Retryable, "status 502"),
        ("wrong path", 404, "404 page not found", NotFound, "status 404"),
    ]);
}

#[test]
fn groq_and_gemini() {
    const SIZE: &str =
        r#"{"error":{"message":"Request too large for model","type":"tokens","code":"rate_limit_exceeded"}}"#;
    const EMPTY: &str =
        r#"{"error":{"message":"Failed to validate JSON","code":"json_validate_failed","failed_generation":""}}"#;
    const KEY: &str = r#"[{"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT"}}]"#;
    assert_errors(&[
        ("Groq's flex tier", 498, "{}", Retryable, "status 498"),
        ("Groq's size", 413, SIZE, TooLarge, "too large"),
        ("Groq kept nothing", 400, EMPTY, Retryable, "validate"),
        ("Gemini's key", 400, KEY, Auth, "key"),
    ]);
}

#[test]
fn some_failures_are_answers() {
    const WITHHELD: &str =
        r#"{"error":{"message":"Failed","code":"json_validate_failed","failed_generation":"{\"a\":1}"}}"#;
    const FILTERED: &str = r#"{"error":{"message":"Filtered","param":"prompt","code":"content_filter"}}"#;
    const MODERATED: &str =
        r#"{"error":{"code":403,"message":"Flagged","metadata":{"reasons":["x"],"flagged_input":"y"}}}"#;
    for (name, status, body, text, finish) in [
        ("Groq's withheld text", 400, WITHHELD, "{\"a\":1}", FinishReason::Other),
        ("Azure's filter", 400, FILTERED, "", FinishReason::Blocked),
        ("a router's moderation", 403, MODERATED, "", FinishReason::Blocked),
    ] {
        let answer = outcome(status, &[], body).unwrap();
        assert_eq!((answer.text.as_str(), answer.finish), (text, finish), "{name}");
        assert!(answer.finish_detail.is_some(), "{name}");
    }
}
