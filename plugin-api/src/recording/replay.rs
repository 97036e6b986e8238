//! Answers requests from a folder of recordings.

use super::difference::{describe, likeness};
use super::question::{Question, Scrub};
use super::{Outcome, RecordedRequest, read_folder};
use crate::error::{Error, ErrorKind, Result};
use crate::http::HttpRequest;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// What a person can do when a recording does not fit.
const AGAIN: &str = "a replay asks no service: record again with `--record` and an empty folder, or go back to the config and \
                     the rows that were recorded";

/// The recordings of a folder, and which of them have been used.
#[derive(Debug)]
pub struct Replay {
    folder: PathBuf,
    entries: Vec<Entry>,
    used: Mutex<Vec<bool>>,
}

#[derive(Debug)]
struct Entry {
    file: String,
    plugin: String,
    question: Question,
    outcome: Outcome,
}

/// A recording that answers a request.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// Its place among all recordings of the folder, from 0.
    pub place: usize,
    /// What came of the request.
    pub outcome: Outcome,
}

impl Replay {
    /// Reads a folder. `scrub` takes out of the recordings what the one of [`Replay::find`] takes out of requests.
    ///
    /// # Errors
    /// As [`read_folder`].
    pub fn open(folder: &Path, scrub: &impl Scrub) -> Result<Self> {
        let entry = |(file, exchange): (String, super::Exchange)| Entry {
            file,
            plugin: exchange.plugin,
            question: Question::new(&exchange.request, scrub),
            outcome: exchange.outcome,
        };
        let entries: Vec<Entry> = read_folder(folder)?.into_iter().map(entry).collect();
        let used = Mutex::new(vec![false; entries.len()]);
        Ok(Self { folder: folder.to_owned(), entries, used })
    }

    /// How many recordings there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none; never so after [`Replay::open`].
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Finds the first recording of this request that was not used yet. Without `plugin`, everybody's will do.
    ///
    /// Equal requests are answered in the order in which they were recorded, each recording once: what was asked twice
    /// and answered twice is no proof of what the third answer would have been.
    ///
    /// # Errors
    /// [`ErrorKind::BadRequest`] when there is none: it says what differs from the nearest one, or that all are used.
    pub fn find(&self, plugin: Option<&str>, request: &HttpRequest, scrub: &impl Scrub) -> Result<Found> {
        let question = Question::new(&RecordedRequest::from(request), scrub);
        let of_plugin = |entry: &Entry| plugin.is_none_or(|plugin| plugin == entry.plugin);
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let mut entries = self.entries.iter().zip(used.iter_mut()).enumerate();
        let free = entries.find(|(_, (entry, used))| !**used && of_plugin(entry) && entry.question == question);
        if let Some((place, (entry, used))) = free {
            *used = true;
            return Ok(Found { place, outcome: entry.outcome.clone() });
        }
        drop(used);
        Err(self.missing(&question, of_plugin))
    }

    /// Why a request has no recording.
    fn missing(&self, question: &Question, of_plugin: impl Fn(&Entry) -> bool) -> Error {
        let same_place =
            |entry: &&Entry| entry.question.method == question.method && entry.question.url == question.url;
        let known = || self.entries.iter().filter(|entry| of_plugin(entry)).filter(same_place);
        let name = format!("{} {}", question.method, question.url);
        let folder = self.folder.display();
        let equal = known().filter(|entry| entry.question == *question).count();
        let nearest = known().max_by_key(|entry| likeness(&question.body, &entry.question.body));
        let message = match nearest {
            _ if equal > 0 => {
                let times = if equal == 1 { "once".to_owned() } else { format!("{equal} times") };
                format!("{name} is asked again, and {folder} has it only {times}")
            }
            Some(nearest) => {
                let difference = describe(&question.body, &nearest.question.body);
                format!("{name} is not in {folder}; nearest is {}: {difference}", nearest.file)
            }
            None => format!("{name} is not in {folder}"),
        };
        Error::new(ErrorKind::BadRequest, message).with_context("url", question.url.as_str()).hint(AGAIN)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Exchange, NoSecrets, RecordedResponse, VERSION, file_name};
    use super::*;
    use crate::http::{HttpResponse, Method};

    fn asked(body: &str) -> HttpRequest {
        let mut request = HttpRequest::new(Method::POST, "http://host/ask?key=real");
        request.body = body.as_bytes().to_vec();
        request
    }

    fn exchange(plugin: &str, body: &str, status: u16) -> Exchange {
        let response = RecordedResponse::from(&HttpResponse::new(status, "answer"));
        let mut request = RecordedRequest::from(&asked(body));
        request.url = "http://host/ask?key=[secret]".to_owned();
        Exchange {
            version: VERSION,
            plugin: plugin.to_owned(),
            request,
            outcome: Outcome::Response(response),
            seconds: 0.5,
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

    fn status(found: Result<Found>) -> u16 {
        let result: Result<HttpResponse> = found.expect("found").outcome.into();
        result.expect("a response").status.as_u16()
    }

    #[test]
    fn equal_requests_are_answered_in_order_and_each_once() {
        let all = [exchange("a", "{}", 429), exchange("b", "{}", 500), exchange("a", "{ }", 200)];
        let folder = folder(&all);
        let replay = Replay::open(folder.path(), &NoSecrets).expect("opened");
        let find = || replay.find(Some("a"), &asked("{}"), &NoSecrets);
        assert_eq!((status(find()), status(find())), (429, 200));
        let error = find().expect_err("used up");
        assert_eq!(error.kind, ErrorKind::BadRequest);
        let said = format!(
            "POST http://host/ask?key=[secret] is asked again, and {} has it only 2 times",
            folder.path().display()
        );
        assert_eq!(error.message, said);
        assert!(error.hint.is_some_and(|hint| hint.contains("--record")));
        assert_eq!(status(replay.find(None, &asked("{}"), &NoSecrets)), 500, "anybody's recording will do");
    }

    #[test]
    fn an_unknown_request_says_what_is_nearest() {
        let all = [exchange("a", r#"{"n": 1, "t": "x"}"#, 200), exchange("a", r#"{"n": 7, "t": "bread"}"#, 200)];
        let folder = folder(&all);
        let replay = Replay::open(folder.path(), &NoSecrets).expect("opened");
        let said = |plugin, request: &HttpRequest| {
            replay.find(Some(plugin), request, &NoSecrets).expect_err("unknown").message
        };
        let place = folder.path().display();
        assert_eq!(
            said("a", &asked(r#"{"n": 8, "t": "bread"}"#)),
            format!(
                "POST http://host/ask?key=[secret] is not in {place}; nearest is 000002-a.json: /n is 8, and was 7"
            )
        );
        assert_eq!(said("a", &HttpRequest::get("http://host/b")), format!("GET http://host/b is not in {place}"));
        assert!(said("b", &asked("{}")).ends_with(&format!("is not in {place}")), "nobody else's recordings");
    }

    #[test]
    fn damaged_files_are_named() {
        let good = serde_json::to_value(exchange("a", "{}", 200)).expect("JSON");
        let without = |key: &str| {
            let mut value = good.clone();
            value.as_object_mut().expect("an object").remove(key);
            value.to_string()
        };
        for (text, said) in [
            ("{\"version\": 1, \"plu".to_owned(), "is not a recording: EOF while parsing"),
            (without("version"), "it names no `version`"),
            (without("plugin"), "missing field `plugin`"),
            (without("response"), "there is neither `response` nor `error`"),
            (
                good.to_string().replace("\"version\":1", "\"version\":2"),
                "is written in version 2 of the format, and only 1 is known",
            ),
        ] {
            let folder = folder(&[exchange("a", "{}", 200)]);
            let file = folder.path().join("000002-a.json");
            std::fs::write(&file, text).expect("written");
            let error = Replay::open(folder.path(), &NoSecrets).expect_err(said);
            assert!(error.message.contains(said), "{error}");
            assert!(error.message.starts_with(&file.display().to_string()), "{error}");
        }
        let empty = tempfile::tempdir().expect("a folder");
        assert_eq!(Replay::open(empty.path(), &NoSecrets).expect_err("empty").kind, ErrorKind::NotFound);
        assert!(Replay::open(&empty.path().join("none"), &NoSecrets).is_err());
    }

    #[test]
    fn a_recording_comes_back_as_it_was() {
        let error = Error::new(ErrorKind::Retryable, "broke off").maybe_billed();
        let failed = Exchange { outcome: Outcome::Error(error), ..exchange("a", "\u{0}", 200) };
        for exchange in [exchange("a", "{}", 200), failed] {
            let text = serde_json::to_string_pretty(&exchange).expect("JSON");
            assert_eq!(serde_json::from_str::<Exchange>(&text).expect("read"), exchange);
        }
    }
}
