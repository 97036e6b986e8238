//! Fetches files with conditional requests.
//!
//! A response with an `ETag` is stored in the plugin's state folder. The next request sends it as `If-None-Match`; for
//! a 304 the stored body is used. Without a state folder nothing is stored, and all else works.

use crate::stored_response::StoredResponse;
use rowsmith_plugin_api::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const USER_AGENT: &str = concat!("rowsmith/", env!("CARGO_PKG_VERSION"));
/// Maximum retries of a request by the host.
const RETRIES: u8 = 3;
/// Name of the folder inside the plugin's state folder.
const FOLDER: &str = "http";

/// Fetches files over HTTP.
pub(crate) struct HttpCache {
    host: Host,
    /// The folder for responses, once known; `None` inside if nothing is stored.
    folder: OnceLock<Option<PathBuf>>,
}

impl HttpCache {
    pub(crate) fn new(host: Host, store: bool) -> Self {
        let folder = if store { OnceLock::new() } else { OnceLock::from(None) };
        Self { host, folder }
    }

    /// A `GET` request with retries and a user agent.
    pub(crate) fn request(url: &str) -> HttpRequest {
        HttpRequest::get(url).retries(RETRIES).header("user-agent", USER_AGENT)
    }

    /// Fetches a body; `None` if the server has no such file.
    pub(crate) async fn fetch(&self, request: HttpRequest) -> Result<Option<Vec<u8>>> {
        let folder = self.folder().await;
        let url = request.url.clone();
        let stored = folder.and_then(|folder| StoredResponse::read(folder, &url));
        let request = match &stored {
            Some(stored) => request.header("if-none-match", stored.etag.as_str()),
            None => request,
        };
        let response = self.host.http().send(&request).await?;
        match (response.status.as_u16(), stored) {
            (304, Some(stored)) => Ok(Some(stored.body)),
            (404 | 410, _) => Ok(None),
            _ => accept(response).map(|response| Some(store(folder, &url, response))),
        }
    }

    async fn folder(&self) -> Option<&Path> {
        if self.folder.get().is_none() {
            let folder = match self.host.download_dir().await {
                Ok(folder) => Some(folder.join(FOLDER)),
                Err(error) => {
                    log::debug!("fetched files are not stored: {error}");
                    None
                }
            };
            // A concurrent fetch may have set it first, to the same folder.
            drop(self.folder.set(folder));
        }
        self.folder.get()?.as_deref()
    }
}

/// Returns the response if it is a success.
///
/// GitHub answers 403 to a wrong token and to an exhausted quota; only the headers differ.
fn accept(response: HttpResponse) -> Result<HttpResponse> {
    let is_quota_exhausted =
        matches!(response.status.as_u16(), 403 | 429) && response.header("x-ratelimit-remaining") == Some("0");
    response
        .ok()
        .map_err(|error| if is_quota_exhausted { Error { kind: ErrorKind::QuotaExhausted, ..error } } else { error })
}

fn store(folder: Option<&Path>, url: &str, response: HttpResponse) -> Vec<u8> {
    let etag = response.header("etag").map(str::to_owned);
    let (Some(folder), Some(etag)) = (folder, etag) else {
        return response.body;
    };
    let stored = StoredResponse { etag, body: response.body };
    if let Err(error) = stored.write(folder, url) {
        log::debug!("cannot store the response of {url}: {error}");
    }
    stored.body
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowsmith_plugin_testkit::{FakeHost, block_on};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A server whose file has the `ETag` `"1"`; the body holds the number of times it was sent.
    fn server() -> FakeHost {
        let sent = AtomicUsize::new(0);
        FakeHost::new(move |request| {
            if request.headers.get("if-none-match").is_some_and(|value| value == "\"1\"") {
                return Ok(HttpResponse::new(304, ""));
            }
            let number = sent.fetch_add(1, Ordering::SeqCst) + 1;
            Ok(HttpResponse::new(200, format!("body {number}")).with_header("etag", "\"1\""))
        })
    }

    fn fetch(host: &FakeHost, store: bool) -> String {
        let cache = HttpCache::new(host.host(), store);
        let body = block_on(cache.fetch(HttpCache::request("http://x/file"))).expect("fetched").expect("exists");
        String::from_utf8(body).expect("text")
    }

    #[test]
    fn an_unchanged_file_is_not_sent_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let host = server().with_state_dir(folder.path());
        assert_eq!((fetch(&host, true), fetch(&host, true)), ("body 1".to_owned(), "body 1".to_owned()));
        let request = &host.requests()[1];
        assert_eq!(request.retries, RETRIES);
        assert_eq!(request.headers["user-agent"], USER_AGENT);
        assert_eq!(request.headers["if-none-match"], "\"1\"");
    }

    #[test]
    fn a_damaged_response_is_fetched_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let host = server().with_state_dir(folder.path());
        fetch(&host, true);
        let entry = std::fs::read_dir(folder.path().join(FOLDER)).expect("stored").next().expect("one").expect("read");
        std::fs::write(entry.path(), "rowsmith-http 1\nhalf").expect("written");
        assert_eq!((fetch(&host, true), fetch(&host, true)), ("body 2".to_owned(), "body 2".to_owned()));
    }

    #[test]
    fn nothing_is_stored_when_disabled_or_without_a_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let disabled = server().with_state_dir(folder.path());
        assert_eq!((fetch(&disabled, false), fetch(&disabled, false)), ("body 1".to_owned(), "body 2".to_owned()));
        let without_folder = server();
        assert_eq!(
            (fetch(&without_folder, true), fetch(&without_folder, true)),
            ("body 1".to_owned(), "body 2".to_owned())
        );
    }

    #[test]
    fn statuses_map_to_kinds() {
        let cases = [
            ("missing", 404, None, None),
            ("gone", 410, None, None),
            ("refused", 403, None, Some(ErrorKind::Auth)),
            ("quota exhausted", 403, Some("0"), Some(ErrorKind::QuotaExhausted)),
            ("overloaded", 503, None, Some(ErrorKind::Retryable)),
            ("unexpected 304", 304, None, Some(ErrorKind::Other)),
        ];
        for (name, status, remaining, kind) in cases {
            let host = FakeHost::new(move |_| {
                let response = HttpResponse::new(status, "");
                Ok(remaining.into_iter().fold(response, |r, n| r.with_header("x-ratelimit-remaining", n)))
            });
            let result = block_on(HttpCache::new(host.host(), false).fetch(HttpCache::request("http://x")));
            assert_eq!(result.map_err(|e| e.kind), kind.map_or(Ok(None), Err), "{name}");
        }
    }
}
