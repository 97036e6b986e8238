//! Kinds of failures in the words of many services.

use super::{AskedFor, Diagnosis, FailureReport};
use crate::error::ErrorKind;
use crate::http::HttpResponse;
use serde_json::{Value, json};

fn diagnosed(status: u16, body: &Value) -> Diagnosis {
    let asked = AskedFor { schema: true, output_cap: Some(100) };
    Diagnosis::of(&FailureReport::read(status, Some(body)), &HttpResponse::new(status, ""), asked)
}

#[test]
fn servers_that_load_a_model() {
    for (status, body, wait) in [
        (503, json!({"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}), None),
        (503, json!({"error": "Model x is currently loading", "estimated_time": 20.0}), Some(20_000)),
        (503, json!({"error": {"message": "The model is still being loaded, please retry in 5s"}}), Some(5_000)),
        (503, json!({"message": "model not ready yet: warming up"}), None),
        (500, json!({"error": "model 'x' is loading"}), None),
    ] {
        let diagnosis = diagnosed(status, &body);
        let wait_ms = diagnosis.wait.map(|wait| wait.as_millis());
        assert_eq!((diagnosis.kind, diagnosis.is_loading, wait_ms), (ErrorKind::Retryable, true, wait), "{body}");
    }
    for (status, body) in [
        (500, json!({"error": "model failed to load, this may be due to resource limitations"})),
        (500, json!({"error": {"message": "error loading model: out of memory"}})),
        (503, json!({"error": {"message": "server busy"}})),
        (400, json!({"error": {"message": "the model is loading"}})),
    ] {
        assert!(!diagnosed(status, &body).is_loading, "{body}");
    }
}

#[test]
fn the_order_of_checks_avoids_known_traps() {
    use ErrorKind::{
        Auth, BadRequest, Billing, Blocked, NotFound, QuotaExhausted, Retryable, SchemaRejected, TooLarge,
    };
    let google = |id: &str, delay: &str| {
        json!({"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "", "details": [
            {"violations": [{"quotaId": id, "quotaValue": "20"}]}, {"retryDelay": delay}]}})
    };
    let day = google("GenerateRequestsPerDayPerProject", "38s");
    let minute = google("GenerateRequestsPerMinutePerProject", "38s");
    for (name, status, body, kind) in [
        ("a daily quota with a short wait", 429, day, QuotaExhausted),
        ("a quota per minute", 429, minute, Retryable),
        (
            "a key with status 400",
            400,
            json!({"error": {"message": "API key not valid.", "details": [{"reason": "API_KEY_INVALID"}]}}),
            Auth,
        ),
        (
            "credit with the status of a rate limit",
            429,
            json!({"error": {"message": "no", "code": "insufficient_quota"}}),
            Billing,
        ),
        (
            "a refusal with the status of a permission",
            403,
            json!({"code": "permission-denied", "error": "Content violates usage guidelines"}),
            Blocked,
        ),
        ("a permission", 403, json!({"code": "permission-denied", "error": "Access to the endpoint is denied"}), Auth),
        (
            "credit in flight",
            402,
            json!({"error": {"message": "Wait", "metadata": {"error_type": "in_flight_budget_exhausted"}}}),
            Retryable,
        ),
        ("credit", 402, json!({}), Billing),
        (
            "a schema that is too large",
            400,
            json!({"error": {"message": "compiled grammar is too large"}}),
            SchemaRejected,
        ),
        (
            "an input that is too long, which names a schema",
            400,
            json!({"error": {"message": "prompt is too long: 9 tokens > 8 maximum"}}),
            TooLarge,
        ),
        ("a model", 404, json!({"error": {"code": "model_not_found"}}), NotFound),
        (
            "throttling in words of size",
            429,
            json!({"message": "Too many tokens, please wait before trying again."}),
            Retryable,
        ),
        (
            "an overloaded service",
            529,
            json!({"error": {"type": "overloaded_error", "message": "Overloaded"}}),
            Retryable,
        ),
        (
            "a region",
            400,
            json!({"error": {"message": "User location is not supported for the API use.", "status": "FAILED_PRECONDITION"}}),
            BadRequest,
        ),
        ("a full tier", 498, json!({}), Retryable),
    ] {
        assert_eq!(diagnosed(status, &body).kind, kind, "{name}");
    }
}
