//! Flaws of providers.

use crate::harness::{assert_fails, assert_passes, linked};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::conformance::{CheckOutcome, Report, Suite};
use std::sync::atomic::{AtomicU32, Ordering};

/// The settings of the flawed provider.
#[derive(PluginConfig)]
struct Config {
    /// Name of the flaw.
    flaw: String,
    /// Key of the service.
    key: Option<Secret>,
}

struct Flawed {
    config: Config,
    host: Host,
    asked: AtomicU32,
}

impl Flawed {
    fn has(&self, flaw: &str) -> bool {
        self.config.flaw == flaw
    }

    fn key(&self) -> &str {
        self.config.key.as_ref().map(Secret::expose).unwrap_or_default()
    }

    fn request(&self) -> Result<HttpRequest> {
        let secret = if self.has("writes the key into the address") { self.key() } else { "" };
        let mut request = HttpRequest::post_json(format!("http://service/?{secret}"), &json!({"ask": "me"}))?;
        if self.has("writes the key into the body") {
            request.body = self.key().as_bytes().to_vec();
        }
        if !self.has("sends no key") {
            request = request.header("x-key", self.key());
        }
        request.redirects = u8::from(self.has("follows redirects"));
        request.retries = u8::from(self.has("lets the host retry"));
        Ok(request)
    }

    /// Answers without a service, in the shape of the rows. Some flaws spoil the answer in either shape.
    fn answer(&self, request: &CompletionRequest) -> Result<Completion> {
        let completion = request.answer_each(|row| Ok(json!({"summary": row["topic"]})))?;
        let mut answer: Value = serde_json::from_str(&completion.text)?;
        let rows: Vec<&mut Value> = match &mut answer {
            Value::Array(items) => items.iter_mut().collect(),
            keyed => keyed.as_object_mut().into_iter().flat_map(|rows| rows.values_mut()).collect(),
        };
        for (number, row) in rows.into_iter().filter_map(Value::as_object_mut).enumerate() {
            let spoilt = if number == 1 { self.config.flaw.split(": ").nth(1) } else { None };
            match spoilt {
                Some("forgets a row") => row.clear(),
                Some("forgets a column") => drop(row.shift_remove("summary")),
                Some("forgets a tag") => drop(row.shift_remove("tag")),
                Some("mixes up tags") => drop(row.insert("tag".to_owned(), json!("x7q2"))),
                _ => {}
            }
        }
        if self.config.flaw.contains("object") {
            answer = json!({ "rows": answer });
        }
        Ok(Completion::text(answer.to_string()))
    }

    async fn send(&self) -> Result<HttpResponse> {
        let sent = self.host.http().send(&self.request()?).await;
        if self.has("hides errors of the host") {
            return sent.map_err(|_| Error::new(ErrorKind::Other, "it did not work"));
        }
        let sent = sent?;
        if self.has("repeats") && !sent.is_success() {
            return self.host.http().send(&self.request()?).await;
        }
        Ok(sent)
    }
}

impl Provider for Flawed {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        Ok(Self { config, host, asked: AtomicU32::new(0) })
    }

    fn info(&self) -> ProviderInfo {
        let asked = self.asked.fetch_add(1, Ordering::SeqCst);
        let mut info = ProviderInfo::new("flawed-1");
        match self.config.flaw.as_str() {
            "changes its model" => info.model = format!("flawed-{asked}"),
            "has a text as identity" => info.identity = json!("flawed"),
            "has its key as identity" => info.identity = json!({"key": self.key()}),
            flaw if flaw.contains("keyed") => info.structured_output = StructuredOutput::JsonSchema,
            flaw if flaw.contains("object") => info.structured_output = StructuredOutput::JsonObject,
            _ => {}
        }
        info
    }

    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        if self.has("answers without JSON") {
            return Ok(Completion::text("the Moon, I think"));
        }
        if self.config.flaw.contains("no service") {
            return self.answer(&request);
        }
        let response = self.send().await?;
        if self.has("knows one kind of error") && !response.is_success() {
            return Err(Error::new(ErrorKind::Other, "the service failed"));
        }
        let response = response
            .ok()
            .map_err(|error| if self.has("ignores retry-after") { error.retry_after(None) } else { error })?;
        let text = response.text();
        if self.has("believes everything") {
            return Ok(Completion::text(text));
        }
        let kind = if self.has("blames the config") { ErrorKind::Config } else { ErrorKind::InvalidData };
        let found = response.json::<Value>().ok().and_then(|body| body["text"].as_str().map(str::to_owned));
        found.map(Completion::text).ok_or_else(|| Error::new(kind, "the answer has no text"))
    }
}

fn report(flaw: &str) -> Report {
    Suite::of(linked!(provider: Flawed, "").0).config(json!({"flaw": flaw})).run()
}

#[test]
fn a_provider_without_a_flaw_conforms() {
    report("none").assert();
    for shape in ["no service", "no service, keyed", "no service, object"] {
        let report = report(shape);
        report.assert();
        assert_passes(&report, "local_answer");
    }
}

#[test]
fn every_flaw_is_found() {
    let cases = [
        ("changes its model", "info", "one instance"),
        ("has a text as identity", "info", "\"flawed\""),
        ("has its key as identity", "info", "secret"),
        ("repeats", "one_request", "2 requests"),
        ("follows redirects", "one_request", "redirects"),
        ("lets the host retry", "one_request", "retry"),
        ("writes the key into the address", "keys", "address"),
        ("writes the key into the body", "keys", "body"),
        ("sends no key", "keys", "header"),
        ("knows one kind of error", "statuses", "bad_request, got: the service failed (other)"),
        ("ignores retry-after", "retry_after", "`retry-after: 7`"),
        ("believes everything", "unreadable", "an empty body"),
        ("blames the config", "unreadable", "the answer has no text (config)"),
        ("hides errors of the host", "host_errors", "`retryable` became: it did not work (other)"),
        ("answers without JSON", "local_answer", "reading the answer as JSON failed"),
    ];
    for (flaw, check, text) in cases {
        assert_fails(&report(flaw), check, text);
    }
    for (shape, row) in [("no service", "b81mz"), ("no service, object", "b81mz"), ("no service, keyed", "r1")] {
        for (flaw, text) in [
            ("forgets a row", "the answer lacks".to_owned()),
            ("forgets a column", format!("`summary` of the row `{row}`")),
            ("forgets a tag", format!("`k2w9` of the row `{row}`")),
            ("mixes up tags", format!("`k2w9` of the row `{row}`")),
        ] {
            assert_fails(&report(&format!("{shape}: {flaw}")), "local_answer", &text);
        }
    }
}

fn test_case() -> Value {
    json!({
        "version": 1,
        "config": {"flaw": "none", "key": "k"},
        "question": {"system": "s", "note": "n", "rows": "{}"},
        "request": {
            "method": "POST", "url": "http://service/?", "body": {"ask": "me"},
            "headers": {"content-type": "application/json", "x-key": "k"},
        },
        "response": {"status": 200, "body": {"text": "hello"}},
        "answer": {"text": "hello", "finish": "stop", "usage": {
            "input": null, "cached": null, "output": null, "thinking": null,
        }},
    })
}

/// Runs the suite with a cassette of one exchange.
fn report_with(exchange: &Value) -> Report {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("one.json"), exchange.to_string()).expect("written");
    let suite = Suite::of(linked!(provider: Flawed, "").0).config(json!({"flaw": "none"}));
    suite.cassette(folder.path()).expect("a cassette").run()
}

#[test]
fn differences_from_a_cassette_are_found() {
    let report = report_with(&test_case());
    report.assert();
    assert_passes(&report, "cassette");
    for (pointer, value, text) in [
        ("/answer/text", "good day", "one.json: the answer differs"),
        ("/request/method", "PUT", "one.json: the request differs"),
        ("/request/headers/x-key", "another", "one.json: the request differs"),
        ("/request/body/ask", "you", "one.json: the request differs"),
        ("/question/note", "sk-aaaaaaaaaaaaaaaaaaaaaaaa", "one.json may contain a key"),
    ] {
        let mut exchange = test_case();
        *exchange.pointer_mut(pointer).unwrap() = json!(value);
        assert_fails(&report_with(&exchange), "cassette", text);
    }
}

#[test]
fn errors_and_older_test_cases_are_replayed() {
    let error = json!({"kind": "invalid_data", "message": "the answer has no text"});
    let mut exchange = test_case();
    exchange["response"]["body"] = json!({});
    exchange["answer"] = json!({ "error": error });
    assert_passes(&report_with(&exchange), "cassette");

    let fields = exchange.as_object_mut().unwrap();
    fields.shift_remove("version");
    fields.shift_remove("answer");
    fields.insert("error".to_owned(), error);
    assert_passes(&report_with(&exchange), "cassette");
}

#[test]
fn exchanges_without_an_answer_only_answer_requests() {
    let mut exchange = test_case();
    let fields = exchange.as_object_mut().unwrap();
    for part in ["config", "question", "answer"] {
        fields.shift_remove(part);
    }
    let report = report_with(&exchange);
    assert!(matches!(report.outcome("cassette"), Some(CheckOutcome::Skipped(_))), "{report}");
}

#[test]
fn a_folder_without_exchanges_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = Suite::of(linked!(provider: Flawed, "").0).cassette(folder.path());
    assert_eq!(refused.err().map(|error| error.kind), Some(ErrorKind::NotFound));
}
