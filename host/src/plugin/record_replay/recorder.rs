//! Writing of cassettes.

use super::program_recorder::{OpenFiles, clean_error};
use super::scrub::Scrubber;
use crate::redact::Redactor;
use rowsmith_plugin_api::files::TemporaryFile;
use rowsmith_plugin_api::record_replay::{
    Body, Exchange, ExchangeOutcome, Headers, RecordedRequest, RecordedResponse, Scrub, VERSION, credential, file_name,
};
use rowsmith_plugin_api::{Error, ErrorKind, HttpRequest, HttpResponse, Result};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use tokio::time::Instant;

/// Writes each exchange to a file when it ends, so that recorded exchanges survive a killed run.
#[derive(Debug)]
pub struct Recorder {
    folder: PathBuf,
    pub(super) scrubber: Scrubber,
    /// Number of the last file.
    last: AtomicU64,
    /// Files of exchanges with programs.
    pub(super) open_files: OpenFiles,
    write_error: Mutex<Option<String>>,
}

impl Recorder {
    /// Creates the folder. It must be empty: exchanges of two runs in one cassette would answer each other's requests.
    ///
    /// # Errors
    /// The reason why the folder cannot be used, as a sentence.
    pub fn new(folder: &Path, redactor: Redactor) -> std::result::Result<Self, String> {
        let shown = folder.display();
        let cannot = |what: &str, error: std::io::Error| format!("cannot {what} the folder {shown}: {error}");
        std::fs::create_dir_all(folder).map_err(|error| cannot("create", error))?;
        if std::fs::read_dir(folder).map_err(|error| cannot("list", error))?.next().is_some() {
            return Err(format!("the folder {shown} is not empty; name a new folder, or remove its files"));
        }
        tempfile::tempfile_in(folder).map_err(|error| cannot("write to", error))?;
        Ok(Self {
            folder: folder.to_owned(),
            scrubber: Scrubber::new(redactor),
            last: AtomicU64::new(0),
            open_files: OpenFiles::default(),
            write_error: Mutex::new(None),
        })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Number of recorded exchanges.
    pub fn exchanges(&self) -> u64 {
        self.last.load(Ordering::Relaxed)
    }

    /// Returns the number of the next file.
    pub(super) fn next_number(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Keeps the first error of writing a file.
    pub(super) fn keep_error(&self, error: impl FnOnce() -> String) {
        self.write_error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(error);
    }

    /// Returns the first error of writing a file.
    pub fn write_error(&self) -> Option<String> {
        self.write_error.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for an exchange and writes it.
    ///
    /// A cancelled exchange is written as an error: the service may have counted the request, and a replay must fail at
    /// the same position.
    pub async fn record(
        &self,
        plugin: &str,
        request: HttpRequest,
        exchange: impl AsyncFnOnce(HttpRequest) -> Result<HttpResponse>,
    ) -> Result<HttpResponse> {
        let recorded = RecordedRequest::from(&request);
        let mut pending = PendingExchange { recorder: self, plugin, request: Some(recorded), start: Instant::now() };
        let result = exchange(request).await;
        pending.end(&result);
        result
    }

    fn write(&self, plugin: &str, request: RecordedRequest, result: &Result<HttpResponse>, start: Instant) {
        let exchange = Exchange {
            version: VERSION,
            plugin: plugin.to_owned(),
            request: self.clean_request(request),
            outcome: self.clean_outcome(ExchangeOutcome::from(result)),
            // Fractions of a microsecond mean nothing on a network.
            seconds: (start.elapsed().as_secs_f64() * 1e6).round() / 1e6,
            test_case: None,
        };
        let path = self.folder.join(file_name(self.next_number(), plugin));
        if let Err(error) = write_whole(&path, &exchange) {
            self.keep_error(|| format!("cannot write the exchange {}: {error}", path.display()));
        }
    }

    fn clean_request(&self, request: RecordedRequest) -> RecordedRequest {
        RecordedRequest {
            method: request.method,
            url: self.scrubber.text(&credential::clean_url(&request.url)),
            headers: self.clean_headers(request.headers),
            timeout_ms: request.timeout_ms,
            body: Body(self.scrubber.scrub(&request.body.0).into_owned()),
        }
    }

    fn clean_outcome(&self, outcome: ExchangeOutcome) -> ExchangeOutcome {
        match outcome {
            ExchangeOutcome::Response(response) => ExchangeOutcome::Response(RecordedResponse {
                status: response.status,
                url: self.scrubber.text(&credential::clean_url(&response.url)),
                headers: self.clean_headers(response.headers),
                body: Body(self.scrubber.scrub(&response.body.0).into_owned()),
            }),
            ExchangeOutcome::Error(error) => ExchangeOutcome::Error(clean_error(&self.scrubber, error)),
        }
    }

    fn clean_headers(&self, headers: Headers) -> Headers {
        let clean = |(name, value): (String, String)| {
            let value = self.scrubber.text(&credential::clean_header(&name, &value));
            (self.scrubber.text(&name), value)
        };
        Headers(headers.0.into_iter().map(clean).collect())
    }
}

/// An exchange in progress.
struct PendingExchange<'a> {
    recorder: &'a Recorder,
    plugin: &'a str,
    /// Taken when the file is written.
    request: Option<RecordedRequest>,
    start: Instant,
}

impl PendingExchange<'_> {
    fn end(&mut self, result: &Result<HttpResponse>) {
        if let Some(request) = self.request.take() {
            self.recorder.write(self.plugin, request, result, self.start);
        }
    }
}

impl Drop for PendingExchange<'_> {
    fn drop(&mut self) {
        if self.request.is_some() {
            let error = Error::new(ErrorKind::Retryable, "the exchange was cancelled");
            self.end(&Err(error.maybe_billed()));
        }
    }
}

/// Writes a complete file or none.
fn write_whole(path: &Path, exchange: &Exchange) -> std::io::Result<()> {
    let mut text = serde_json::to_vec_pretty(exchange)?;
    text.push(b'\n');
    let mut file = TemporaryFile::private_beside(path)?;
    file.write_all(&text)?;
    file.place_new(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowsmith_plugin_api::record_replay::{Cassette, CassetteFile};

    const KEY: &str = "q\"uo\\te/d 1%+\u{fc}";

    fn recorder(folder: &Path) -> Recorder {
        let redactor = Redactor::default();
        redactor.add([KEY.to_owned()]);
        Recorder::new(folder, redactor).expect("an empty folder")
    }

    #[tokio::test]
    async fn no_secret_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(folder.path());
        let inner = serde_json::to_string(&serde_json::json!({"key": KEY})).expect("JSON");
        let mut request =
            HttpRequest::post_json("http://u:p4ssword@h/x?key=other-key-1&q=1", &serde_json::json!({"text": inner}))
                .expect("JSON")
                .header("authorization", "Bearer other-key-2");
        request.headers.insert("x-note", format!("about {KEY}").into_bytes().try_into().expect("a header value"));
        request.url.push_str("&z=q%22uo%5cte%2Fd+1%25%2B%C3%BC");
        let response = HttpResponse::new(401, format!("do not like {KEY}")).with_header("set-cookie", "id=other-key-3");
        recorder.record("provider-x", request.clone(), async |_| Ok(response)).await.expect("answered");
        let failed = Error::new(ErrorKind::Auth, format!("no {KEY}")).hint(KEY).with_context("url", KEY);
        recorder.record("provider-x", request, async |_| Err(failed)).await.expect_err("failed");
        assert_eq!((recorder.exchanges(), recorder.write_error()), (2, None));

        let cassette = Cassette::read(folder.path()).expect("a cassette");
        let text = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("text");
        let text: String = cassette.files().iter().map(|file| text(&file.name)).collect();
        for part in ["uo", "other-key", "p4ssword", "\u{fc}"] {
            assert!(!text.contains(part), "{part} in {text}");
        }
        let CassetteFile { name, exchange, .. } = &cassette.files()[0];
        assert_eq!(name, "000001-provider-x.json");
        assert_eq!(exchange.request.url, "http://[secret]@h/x?key=[secret]&q=1&z=[secret]");
        assert_eq!(String::from_utf8_lossy(&exchange.request.body.0), r#"{"text":"{\"key\":\"[secret]\"}"}"#);
        let header = |name: &str| exchange.request.headers.0.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        assert_eq!((header("authorization"), header("x-note")), (Some("[secret]"), Some("about [secret]")));
    }

    #[tokio::test]
    async fn a_cancelled_exchange_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(folder.path());
        let never = recorder.record("provider-x", HttpRequest::get("http://h"), async |_| std::future::pending().await);
        tokio::select! {
            biased;
            _ = never => {}
            () = std::future::ready(()) => {}
        }
        let cassette = Cassette::read(folder.path()).expect("a cassette");
        let outcome = &cassette.files()[0].exchange.outcome;
        assert!(matches!(outcome, ExchangeOutcome::Error(error) if error.may_be_billed), "{outcome:?}");
    }

    #[tokio::test]
    async fn a_write_error_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = recorder(folder.path());
        std::fs::write(folder.path().join("000001-a.json"), "another file").expect("written");
        recorder
            .record("a", HttpRequest::get("http://h"), async |_| Ok(HttpResponse::new(200, "")))
            .await
            .expect("answered");
        assert!(recorder.write_error().is_some_and(|error| error.contains("000001-a.json")));
        let again = Recorder::new(folder.path(), Redactor::default()).expect_err("not empty");
        assert!(again.contains("is not empty"), "{again}");
    }
}
