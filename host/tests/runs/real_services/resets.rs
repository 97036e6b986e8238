//! Limits whose end stands only in the body or in a date, and quotas of days.

use super::scene::{Scene, rows};
use rowsmith_fake_model::{Script, Then, When};
use std::time::Duration;

/// Time until the limit ends, in real time: dates do not follow the factor of the tests' waits.
const LIMITED: Duration = Duration::from_millis(1_500);

#[test]
fn no_call_comes_before_the_end_of_the_limit() {
    let router = r#"{"error":{"message":"Rate limit exceeded: free-models-per-min. ","code":429,"metadata":{"headers":{"X-RateLimit-Limit":"20","X-RateLimit-Remaining":"0","X-RateLimit-Reset":"{{first_ms+1500}}"},"provider_name":null}},"user_id":"u"}"#;
    let millis = r#"{"error":{"message":"Slow down","retry_after_ms":1500}}"#;
    let seconds = r#"{"message":"Slow down","parameters":{"retryAfter":1.5}}"#;
    let words = r#"{"error":{"message":"Too fast. Please wait 1.5 seconds"}}"#;
    let google = r#"{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","message":"","details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1.5s"}]}}"#;
    let limits = [
        ("a router's date", "openai", Then::raw_json(429, router)),
        ("milliseconds", "openai", Then::raw_json(429, millis)),
        ("seconds", "openai", Then::raw_json(503, seconds)),
        ("words", "openai", Then::raw_json(429, words)),
        ("a header's date", "openai", Then::raw_json(429, "{}").header("x-ratelimit-reset", "{{first_ms+1500}}")),
        ("a delay", "gemini", Then::raw_json(429, google)),
    ];
    for (name, provider, limit) in limits {
        let script = Script::new().on(When::within(LIMITED), limit);
        let scene = Scene::run_at(&rows(2, &[]), script, &["--provider", provider], "1");
        scene.ends(name, 0, 2, 0, 6);
        let requests = scene.server.completions();
        let (first, last) = (requests[0].at, requests[requests.len() - 1].at);
        assert!(last < first + LIMITED + Duration::from_secs(5), "{name}: {requests:#?}");
        let early = requests.iter().filter(|request| request.at < first + LIMITED).count();
        assert!(early <= 2, "{name}: the first call and at most one more come early");
    }
}

#[test]
fn quotas_of_days_end_the_run_at_once() {
    for (status, message) in [
        (429, "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day"),
        (
            429,
            "Rate limit reached for model `x` on tokens per day (TPD): Limit 100000, Used 99999, Requested 2000. Please try again in 7.5s.",
        ),
        (429, "you have used up your daily free allocation of 10,000 neurons"),
        (429, "Rate limit of 150 per 86400s exceeded for UserByModelByDay. Please wait 42312 seconds before retrying."),
        (403, "You are using a Trial key, which is limited to 1000 API calls / month."),
    ] {
        let body = serde_json::json!({"error": {"message": message, "code": "rate_limit_exceeded"}}).to_string();
        let scene = Scene::run(&rows(40, &[]), Script::new().on(When::any(), Then::raw_json(status, body)), &[]);
        scene.ends(message, 7, 0, 0, 2);
    }
}
