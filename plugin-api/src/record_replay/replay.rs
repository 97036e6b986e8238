//! Responses from a cassette.

use super::cassette::Cassette;
use super::mismatch::{describe, similarity};
use super::request_identity::RequestIdentity;
use super::scrub::Scrub;
use super::{ExchangeOutcome, RecordedRequest};
use crate::error::{Error, ErrorKind, Result};
use crate::http::HttpRequest;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Hint of an error about a request without a recorded exchange.
pub(super) const HINT: &str = "a replay sends nothing: record again with `--record` and an empty folder, or restore the config and the rows \
                    of the recording";

/// A cassette that answers requests, each exchange once.
#[derive(Debug)]
pub struct Replay {
    folder: PathBuf,
    entries: Vec<ReplayEntry>,
    used: Mutex<Vec<bool>>,
}

#[derive(Debug)]
struct ReplayEntry {
    file: String,
    plugin: String,
    identity: RequestIdentity,
    outcome: ExchangeOutcome,
    position: usize,
}

impl ReplayEntry {
    fn answers(&self, plugin: Option<&str>) -> bool {
        self.plugin.is_empty() || plugin.is_none_or(|plugin| plugin == self.plugin)
    }
}

/// A recorded exchange that answers a request.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayedExchange {
    /// Position in the cassette, from 0.
    pub position: usize,
    /// Recorded result.
    pub outcome: ExchangeOutcome,
}

impl Replay {
    /// Starts a replay. `scrub` removes from the recorded requests what [`Replay::find`] removes from new ones.
    pub fn new(cassette: Cassette, scrub: &impl Scrub) -> Self {
        let (folder, files) = cassette.into_parts();
        let entry = |file: super::CassetteFile| ReplayEntry {
            file: file.name,
            plugin: file.exchange.plugin,
            identity: RequestIdentity::new(&file.exchange.request, scrub),
            outcome: file.exchange.outcome,
            position: file.position,
        };
        let entries: Vec<ReplayEntry> = files.into_iter().map(entry).collect();
        let used = Mutex::new(vec![false; entries.len()]);
        Self { folder, entries, used }
    }

    /// The folder of the cassette.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Makes all exchanges available again.
    pub fn rewind(&self) {
        self.used().fill(false);
    }

    fn used(&self) -> MutexGuard<'_, Vec<bool>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the first unused exchange with this request. Without `plugin`, the exchanges of any plugin match.
    ///
    /// Equal requests are answered in recorded order, each exchange once: two recorded responses do not determine the third.
    ///
    /// # Errors
    /// [`ErrorKind::BadRequest`] when no exchange matches; the message names the difference from the nearest one.
    pub fn find(&self, plugin: Option<&str>, request: &HttpRequest, scrub: &impl Scrub) -> Result<ReplayedExchange> {
        let identity = RequestIdentity::new(&RecordedRequest::from(request), scrub);
        let mut used = self.used();
        let mut entries = self.entries.iter().zip(used.iter_mut());
        let matching = entries.find(|(entry, used)| !**used && entry.answers(plugin) && entry.identity == identity);
        if let Some((entry, used)) = matching {
            *used = true;
            return Ok(ReplayedExchange { position: entry.position, outcome: entry.outcome.clone() });
        }
        drop(used);
        Err(self.mismatch(&identity, plugin))
    }

    fn mismatch(&self, identity: &RequestIdentity, plugin: Option<&str>) -> Error {
        let has_address = |entry: &&ReplayEntry| {
            entry.answers(plugin) && entry.identity.method == identity.method && entry.identity.url == identity.url
        };
        let candidates = || self.entries.iter().filter(has_address);
        let name = format!("{} {}", identity.method, identity.url);
        let folder = self.folder.display();
        let equal = candidates().filter(|entry| entry.identity == *identity).count();
        let nearest = candidates().max_by_key(|entry| similarity(&identity.body, &entry.identity.body));
        let message = match nearest {
            _ if equal > 0 => format!("{name} was sent more often than the {equal} times recorded in {folder}"),
            Some(nearest) => {
                let difference = describe(&identity.body, &nearest.identity.body);
                format!("{name} is not recorded in {folder}; nearest is {}: {difference}", nearest.file)
            }
            None => format!("{name} is not recorded in {folder}"),
        };
        Error::new(ErrorKind::BadRequest, message).with_context("url", identity.url.as_str()).hint(HINT)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Exchange, NoSecrets, RecordedResponse, VERSION, file_name};
    use super::*;
    use crate::http::{HttpResponse, Method};

    fn sent(body: &str) -> HttpRequest {
        let mut request = HttpRequest::new(Method::POST, "http://host/ask?key=real");
        request.body = body.as_bytes().to_vec();
        request
    }

    fn exchange(plugin: &str, body: &str, status: u16) -> Exchange {
        let response = RecordedResponse::from(&HttpResponse::new(status, "answer"));
        let mut request = RecordedRequest::from(&sent(body));
        request.url = "http://host/ask?key=[secret]".to_owned();
        Exchange {
            version: VERSION,
            plugin: plugin.to_owned(),
            request,
            outcome: ExchangeOutcome::Response(response),
            seconds: 0.5,
            test_case: None,
        }
    }

    fn folder(exchanges: &[Exchange]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (number, exchange) in (1..).zip(exchanges) {
            let text = serde_json::to_string_pretty(exchange).expect("JSON");
            std::fs::write(folder.path().join(file_name(number, &exchange.plugin)), text).expect("written");
        }
        folder
    }

    fn replay(exchanges: &[Exchange]) -> (tempfile::TempDir, Replay) {
        let folder = folder(exchanges);
        let replay = Replay::new(Cassette::read(folder.path()).expect("a cassette"), &NoSecrets);
        (folder, replay)
    }

    fn status(found: Result<ReplayedExchange>) -> u16 {
        let result: Result<HttpResponse> = found.expect("found").outcome.into();
        result.expect("a response").status.as_u16()
    }

    #[test]
    fn equal_requests_are_answered_in_order_and_each_once() {
        let (_folder, replay) =
            replay(&[exchange("a", "{}", 429), exchange("b", "{}", 500), exchange("a", "{ }", 200)]);
        let find = || replay.find(Some("a"), &sent("{}"), &NoSecrets);
        assert_eq!((status(find()), status(find())), (429, 200));
        let error = find().expect_err("used up");
        assert_eq!(error.kind, ErrorKind::BadRequest);
        assert!(error.message.contains("2 times"), "{error}");
        assert!(error.hint.is_some_and(|hint| hint.contains("--record")));
        assert_eq!(status(replay.find(None, &sent("{}"), &NoSecrets)), 500, "any plugin matches");
        replay.rewind();
        assert_eq!((status(find()), status(find())), (429, 200));
    }

    #[test]
    fn exchanges_without_a_plugin_answer_any_plugin() {
        let (_folder, replay) = replay(&[exchange("", "{}", 200)]);
        assert_eq!(status(replay.find(Some("a"), &sent("{}"), &NoSecrets)), 200);
    }

    #[test]
    fn an_unknown_request_names_the_nearest_exchange() {
        let (folder, replay) =
            replay(&[exchange("a", r#"{"n": 1, "t": "x"}"#, 200), exchange("a", r#"{"n": 7, "t": "bread"}"#, 200)]);
        let message = |plugin, request: &HttpRequest| {
            replay.find(Some(plugin), request, &NoSecrets).expect_err("unknown").message
        };
        let folder = folder.path().display();
        let near = message("a", &sent(r#"{"n": 8, "t": "bread"}"#));
        assert!(near.starts_with(&format!("POST http://host/ask?key=[secret] is not recorded in {folder}")), "{near}");
        assert!(near.ends_with("000002-a.json: /n is 8, recorded 7"), "{near}");
        for (case, far) in [
            ("another address", message("a", &HttpRequest::get("http://host/b"))),
            ("another plugin", message("b", &sent("{}"))),
        ] {
            assert!(!far.contains(".json"), "{case}: {far}");
        }
    }

    #[test]
    fn invalid_files_are_named() {
        let good = serde_json::to_value(exchange("a", "{}", 200)).expect("JSON");
        let without = |key: &str| {
            let mut value = good.clone();
            value.as_object_mut().expect("an object").remove(key);
            value.to_string()
        };
        for (text, reason) in [
            ("{\"version\": 1, \"plu".to_owned(), "EOF while parsing"),
            (without("version"), "missing field `version`"),
            (without("request"), "missing field `request`"),
            (without("response"), "`response` or `error`"),
            (good.to_string().replace("\"version\":1", "\"version\":2"), "version 2, expected 1"),
        ] {
            let folder = folder(&[exchange("a", "{}", 200)]);
            let file = folder.path().join("000002-a.json");
            std::fs::write(&file, text).expect("written");
            let error = Cassette::read(folder.path()).expect_err(reason);
            assert_eq!(error.kind, ErrorKind::InvalidData);
            assert!(error.message.contains(reason), "{error}");
            assert!(error.message.starts_with(&file.display().to_string()), "{error}");
        }
        let empty = tempfile::tempdir().expect("a folder");
        assert_eq!(Cassette::read(empty.path()).expect_err("empty").kind, ErrorKind::NotFound);
        assert!(Cassette::read(empty.path().join("none")).is_err());
    }
}
