//! The check of the requests that one call sends.

use super::calls::{ProviderCall, call_service};
use crate::conformance::assertion::{CheckResult, ensure};
use crate::conformance::plugin_under_test::PluginUnderTest;
use rowsmith_plugin_api::{HttpRequest, HttpResponse};
use std::sync::Arc;

pub(super) fn one_request(plugin: &PluginUnderTest) -> CheckResult {
    for status in [200, 429, 500, 503] {
        let called = call_service(plugin, move |_| Ok(HttpResponse::new(status, "{}")))?;
        let answered_with = format!("a response of status {status}");
        check_requests(&called, &answered_with)?;
        ensure(status == 200 || !has_repeated(&called.requests), || {
            format!("a call with {answered_with} sends the same request again, as the pipeline does")
        })?;
    }
    // Only the responses of the suite's author lead through all requests of a provider that needs several.
    let Some(answerer) = plugin.answerer.clone() else { return Ok(()) };
    let called = call_service(plugin, move |request| Arc::clone(&answerer)(request))?;
    check_requests(&called, "the responses of the suite")?;
    let reported = called.result.ok().and_then(|answer| answer.requests);
    ensure(reported.is_none_or(|reported| u64::from(reported) == called.requests.len() as u64), || {
        let reported = requests(reported.unwrap_or_default() as usize);
        format!("the answer reports {reported}, and the call sent {}", called.requests.len())
    })
}

fn check_requests(called: &ProviderCall, answered_with: &str) -> CheckResult {
    let (sent, max) = (called.requests.len(), called.max_requests);
    ensure(sent <= max, || format!("a call with {answered_with} sends {}, expected at most {max}", requests(sent)))?;
    for request in &called.requests {
        ensure(request.retries == 0, || "a request asks the host to retry, as the pipeline does".to_owned())?;
        ensure(request.redirects == 0, || "a request follows redirects, which could leak keys".to_owned())?;
    }
    Ok(())
}

fn requests(count: usize) -> String {
    if count == 1 { "1 request".to_owned() } else { format!("{count} requests") }
}

/// Returns true if a request occurs twice.
fn has_repeated(requests: &[HttpRequest]) -> bool {
    let is_same =
        |one: &HttpRequest, two: &HttpRequest| one.method == two.method && one.url == two.url && one.body == two.body;
    requests.iter().enumerate().any(|(at, one)| requests.iter().take(at).any(|two| is_same(one, two)))
}
