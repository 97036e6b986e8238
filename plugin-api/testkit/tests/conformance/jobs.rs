//! Providers that need several requests for one answer.

use crate::harness::{assert_fails, assert_passes, linked};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::conformance::{Report, Suite};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// The settings of the provider of jobs.
#[derive(PluginConfig)]
struct Config {
    /// Name of the flaw.
    flaw: String,
}

/// Uploads the rows, creates a job, and asks for its result until it is done.
struct Jobs {
    flaw: String,
    host: Host,
}

/// Requests of an answer: the upload, the job, and three questions for its result.
const MAX_REQUESTS: u32 = 5;

impl Jobs {
    fn has(&self, flaw: &str) -> bool {
        self.flaw == flaw
    }

    async fn send(&self, request: HttpRequest) -> Result<Value> {
        let mut response = self.host.http().send(&request).await?;
        if self.has("repeats a request") && !response.is_success() {
            response = self.host.http().send(&request).await?;
        }
        response.ok()?.json()
    }

    fn text(body: &Value, name: &str) -> Result<String> {
        let text = body[name].as_str().map(str::to_owned);
        text.ok_or_else(|| Error::new(ErrorKind::InvalidData, format!("the response has no `{name}`")))
    }
}

impl Provider for Jobs {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        Ok(Self { flaw: config.flaw, host })
    }

    fn info(&self) -> ProviderInfo {
        let max = if self.has("declares nothing") { 1 } else { MAX_REQUESTS };
        ProviderInfo { max_requests_per_answer: max, ..ProviderInfo::new("batch-1") }
    }

    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        let base = "http://service";
        let upload = HttpRequest::post_json(format!("{base}/files"), &json!({"rows": request.rows}))?;
        let file = Self::text(&self.send(upload).await?, "file")?;
        let job = HttpRequest::post_json(format!("{base}/jobs"), &json!({"file": file}))?;
        let job = Self::text(&self.send(job).await?, "job")?;
        let max_requests = if self.has("asks without end") { u32::MAX } else { MAX_REQUESTS };
        for requests in 3..=max_requests {
            self.host.sleep(Duration::from_secs(5)).await?;
            let get = HttpRequest::new(Method::GET, format!("{base}/jobs/{job}"));
            let body = self.send(get).await?;
            if body["state"] == "done" {
                let requests = if self.has("reports one request") { 1 } else { requests };
                return Ok(Completion { requests: Some(requests), ..Completion::text(Self::text(&body, "text")?) });
            }
        }
        Err(Error::new(ErrorKind::Retryable, "the job is not done"))
    }
}

/// Runs the suite with a service whose jobs are done after some questions.
fn report(flaw: &str, questions: u32) -> Report {
    let asked = AtomicU32::new(0);
    let suite = Suite::of(linked!(provider: Jobs, "").0).config(json!({"flaw": flaw}));
    let suite = suite.http(move |request| {
        let body = match request.url.trim_start_matches("http://service/") {
            "files" => json!({"file": "f1"}),
            "jobs" => {
                asked.store(0, Ordering::SeqCst);
                json!({"job": "j1", "state": "queued"})
            }
            _ if asked.fetch_add(1, Ordering::SeqCst) + 1 < questions => json!({"state": "running"}),
            _ => json!({"state": "done", "text": "[]"}),
        };
        Ok(HttpResponse::new(200, body.to_string()))
    });
    suite.run()
}

#[test]
fn a_provider_with_several_declared_requests_conforms() {
    // The last job is not done in time, which is an error within the declared number.
    for questions in [1, 3, 9] {
        let report = report("none", questions);
        report.assert();
        assert_passes(&report, "one_request");
    }
}

#[test]
fn requests_that_are_not_declared_are_found() {
    for (flaw, questions, text) in [
        ("declares nothing", 1, "sends 2 requests, expected at most 1"),
        ("asks without end", 9, "sends 6 requests, expected at most 5"),
        ("repeats a request", 1, "status 429 sends the same request again"),
        ("reports one request", 2, "reports 1 request, and the call sent 4"),
    ] {
        assert_fails(&report(flaw, questions), "one_request", text);
    }
}
