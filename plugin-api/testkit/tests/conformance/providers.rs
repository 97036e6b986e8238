//! Providers that break one promise each.

use crate::kit::{assert_finds, assert_finds_like, linked};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::conformance::{Check, Outcome, Report, Suite};
use std::sync::atomic::{AtomicU32, Ordering};

/// Which promise is broken.
#[derive(Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
struct Config {
    /// The promise's name.
    flaw: String,
    /// The key of the service.
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
        request.retries = u8::from(self.has("lets the host repeat"));
        Ok(request)
    }

    /// An answer without a service, in the shape of the rows; the flaws that spoil it are for either shape.
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
        if self.has("hides what broke") {
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
            "changes its mind" => info.model = format!("flawed-{asked}"),
            "is nobody" => info.identity = json!("flawed"),
            "is its key" => info.identity = json!({"key": self.key()}),
            flaw if flaw.contains("keyed") => info.structured_output = StructuredOutput::JsonSchema,
            flaw if flaw.contains("object") => info.structured_output = StructuredOutput::JsonObject,
            _ => {}
        }
        info
    }

    async fn complete(&self, request: CompletionRequest) -> Result<Completion> {
        if self.has("mumbles") {
            return Ok(Completion::text("the Moon, I think"));
        }
        if self.config.flaw.contains("no service") {
            return self.answer(&request);
        }
        let response = self.send().await?;
        if self.has("knows one failure") && !response.is_success() {
            return Err(Error::new(ErrorKind::Other, "the service failed"));
        }
        let response = response
            .ok()
            .map_err(|error| if self.has("does not pass on the pause") { error.retry_after(None) } else { error })?;
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

const INFO: &str = "what the provider says of itself is stable";
const ONE: &str = "one call sends one request, without redirects or repeats";
const KEYS: &str = "keys travel in headers only";
const UNREADABLE: &str = "an answer that cannot be read is an error";
const LOCAL: &str = "a provider without a service answers in JSON";

#[test]
fn a_provider_without_a_flaw_conforms() {
    report("none").assert();
    for shape in ["no service", "no service, keyed", "no service, object"] {
        let report = report(shape);
        report.assert();
        let passed = Check { name: LOCAL, outcome: Outcome::Passed };
        assert!(report.checks.contains(&passed), "{shape}: {report}");
    }
}

#[test]
fn every_flaw_is_named() {
    let cases = [
        ("changes its mind", INFO, "the same instance describes itself in two ways"),
        ("is nobody", INFO, "the identity is not an object with something in it: \"flawed\""),
        ("is its key", INFO, "a secret is part of the identity"),
        ("repeats", ONE, "a call that is answered with status 429 sends 2 requests, not one"),
        ("follows redirects", ONE, "redirects are followed, so keys would travel"),
        ("lets the host repeat", ONE, "the host is asked to repeat requests, which is the pipeline's"),
        ("writes the key into the address", KEYS, "the secret is part of the address"),
        ("writes the key into the body", KEYS, "the secret is part of the body"),
        ("sends no key", KEYS, "no header carries the secret"),
        (
            "knows one failure",
            "statuses of failure are told apart",
            "status 400 must be bad_request, and is: the service failed (other)",
        ),
        ("does not pass on the pause", "the service's wish for a pause is passed on", "`retry-after: 7` was lost"),
        ("believes everything", UNREADABLE, "an empty body was taken for the answer ``"),
        (
            "blames the config",
            UNREADABLE,
            "an empty body with status 200 is taken for: the answer has no text (config)",
        ),
        (
            "hides what broke",
            "a broken exchange is passed on as it is",
            "a host's error of the kind `retryable` became: it did not work (other)",
        ),
    ];
    for (flaw, check, sentence) in cases {
        assert_finds(&report(flaw), check, sentence);
    }
    assert_finds_like(&report("mumbles"), LOCAL, "reading the answer as JSON failed: expected ident");
    for (shape, row) in [("no service", "b81mz"), ("no service, object", "b81mz"), ("no service, keyed", "r1")] {
        for (flaw, sentence) in [
            ("forgets a row", "the answer has no".to_owned()),
            ("forgets a column", format!("the answer has no text for the column `summary` of the row `{row}`: ")),
            ("forgets a tag", format!("the tag `k2w9` of the row `{row}` is not copied into its answer: ")),
            ("mixes up tags", format!("the tag `k2w9` of the row `{row}` is not copied into its answer: ")),
        ] {
            assert_finds_like(&report(&format!("{shape}: {flaw}")), LOCAL, &sentence);
        }
    }
}

#[test]
fn recordings_that_differ_are_named() {
    let suite = || Suite::of(linked!(provider: Flawed, "").0).config(json!({"flaw": "none"}));
    let check = "recordings are replayed as they were made, and hold no key";
    let folder = tempfile::tempdir().unwrap();
    let missing = format!("there is no recording in {}", folder.path().display());
    assert_finds(&suite().recordings(folder.path()).run(), check, &missing);

    let mut recording = json!({
        "config": {"flaw": "none", "key": "k"},
        "question": {"system": "s", "rows": "{}"},
        "request": {
            "method": "POST", "url": "http://service/?", "timeout_ms": null, "body": {"ask": "me"},
            "headers": {"content-type": "application/json", "x-key": "k"},
        },
        "response": {"status": 200, "body": {"text": "hello"}},
        "answer": {"text": "hello", "finish": "stop", "usage": {
            "input": null, "cached": null, "output": null, "thinking": null,
        }},
    });
    let write = |recording: &Value| std::fs::write(folder.path().join("one.json"), recording.to_string()).unwrap();
    write(&recording);
    suite().recordings(folder.path()).run().assert();
    recording["answer"]["text"] = json!("good day");
    write(&recording);
    assert_finds_like(
        &suite().recordings(folder.path()).run(),
        check,
        "one.json: what was made of the response differs",
    );
    recording["answer"]["text"] = json!("hello");
    recording["note"] = json!("sk-aaaaaaaaaaaaaaaaaaaaaaaa");
    write(&recording);
    assert_finds_like(&suite().recordings(folder.path()).run(), check, "one.json may hold a key");
    // What a run recorded says nothing of what is made of an answer.
    recording["version"] = json!(1);
    write(&recording);
    let other = "one.json is no recording of a question: `rowsmith run --record` wrote it; answer from its folder with \
                 `FakeHost::recorded` or `Suite::recorded`";
    assert_finds(&suite().recordings(folder.path()).run(), check, other);
}
