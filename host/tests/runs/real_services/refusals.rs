//! Refusals of content belong to their rows; keys and permissions end the run.

use super::scene::{POISON, Scene, rows};
use rowsmith_fake_model::{Script, Then, When};
use serde_json::json;

/// A provider, and a status and body with which its service refuses a call that holds the poisoned row.
type Case = (&'static str, u16, String);

fn cases() -> Vec<Case> {
    let invalid = "invalid_request_error";
    let nested =
        |message: &str, kind: &str| json!({"error": {"message": message, "type": kind, "param": null, "code": kind}});
    let recitation =
        json!({"candidates": [{"finishReason": "RECITATION", "index": 0}], "usageMetadata": {"promptTokenCount": 40}});
    let xai = json!({"code": "The caller does not have permission to execute the specified operation",
        "error": "Content violates usage guidelines. Team: 0, API key ID: 0, Model: grok-x, Failed check: SAFETY_CHECK_TYPE_EXAMPLE"});
    let newer =
        json!({"code": "permission-denied", "error": "Content violates usage guidelines. Team: 0, API key ID: 0"});
    let google = json!({"error": {"code": 400, "status": "INVALID_ARGUMENT", "message": "The prompt contains sensitive words that violate Google's Responsible AI practices."}});
    let qwen = json!({"code": "DataInspectionFailed", "message": "Input data may contain inappropriate content.", "request_id": "1"});
    let in_success = json!({"error": {"code": 403, "message": "The input was flagged for \"violence\"", "metadata": {"reasons": ["violence"]}}});
    [
        ("openai", 400, nested("Content Exists Risk", invalid)),
        ("openai", 400, json!({"detail": "Content Exists Risk"})),
        ("openai", 403, xai),
        ("openai", 403, newer),
        ("gemini", 200, recitation),
        ("gemini", 400, google),
        ("openai", 400, qwen),
        ("openai", 422, nested("The request was rejected because it was considered high risk", "content_filter")),
        ("openai", 451, json!({"message": "The content you provided or machine outputted is blocked."})),
        ("openai", 200, in_success),
    ]
    .map(|(provider, status, body)| (provider, status, body.to_string()))
    .to_vec()
}

#[test]
fn one_refused_row_of_forty_fails_alone() {
    for (provider, status, body) in cases() {
        let script = Script::new().on(When::row_contains(POISON), Then::raw_json(status, &*body));
        let arguments = ["--provider", provider, "--set", "batch.pairing=\"tag\""];
        let scene = Scene::run(&rows(40, &[27]), script, &arguments);
        let name = format!("{status} {body}");
        scene.ends(&name, 5, 39, 1, 12);
        let failure = &scene.report["failures"][0];
        assert_eq!((&failure["row"], &failure["reason"]), (&27.into(), &"refused".into()), "{name}");
        assert!(!scene.output.stderr.contains("api_key"), "{name}: {}", scene.output.stderr);
    }
}

#[test]
fn refusals_in_json_mode_fail_alone() {
    let body = json!({"error": {"message": "Content Exists Risk", "type": "invalid_request_error"}}).to_string();
    let script = Script::new().on(When::row_contains(POISON), Then::raw_json(400, body));
    let json_mode = "providers.openai.config.schema_mode=\"json_object\"";
    let scene = Scene::run(&rows(40, &[27]), script, &["--set", json_mode, "--set", "batch.pairing=\"tag\""]);
    scene.ends("json mode", 5, 39, 1, 12);
}

#[test]
fn keys_permissions_and_regions_end_the_run() {
    let xai = json!({"code": "permission-denied", "error": "Access to the chat endpoint is denied. Please ensure you're using the correct credentials."});
    let plain = |message: &str| json!({"error": {"message": message}});
    for (status, body) in [
        (403, xai),
        (403, plain("Your account was suspended for a violation of our content policy")),
        (403, plain("Operation denied by organization policy")),
        (401, plain("Incorrect API key provided")),
        (403, json!({})),
    ] {
        let script = Script::new().on(When::any(), Then::raw_json(status, body.to_string()));
        let scene = Scene::run(&rows(40, &[]), script, &[]);
        scene.ends(&body.to_string(), 7, 0, 0, 2);
        assert!(scene.output.stderr.contains("api_key"), "{body}: {}", scene.output.stderr);
    }
}
