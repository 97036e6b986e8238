//! Fetching with conditional requests.
//!
//! A response with an `ETag` is kept in the plugin's state folder; the next request carries it as `If-None-Match`, and
//! a 304 is answered from the kept copy. Without a state folder everything works, only nothing is kept.

use crate::kept_body::KeptBody;
use rowsmith_plugin_api::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

const USER_AGENT: &str = concat!("rowsmith/", env!("CARGO_PKG_VERSION"));
/// How often the host repeats a request that failed for a passing reason.
const RETRIES: u8 = 3;
/// The folder inside the plugin's state folder.
const FOLDER: &str = "http";

/// Fetches files over HTTP.
pub(crate) struct HttpCache {
    host: Host,
    /// Where bodies are kept, once it is known; `None` inside when nothing is kept.
    folder: OnceLock<Option<PathBuf>>,
}

impl HttpCache {
    pub(crate) fn new(host: Host, keep: bool) -> Self {
        let folder = if keep { OnceLock::new() } else { OnceLock::from(None) };
        Self { host, folder }
    }

    /// A polite `GET`.
    pub(crate) fn request(url: &str) -> HttpRequest {
        HttpRequest::get(url).retries(RETRIES).header("user-agent", USER_AGENT)
    }

    /// Fetches a body; `None` when the server has no such file.
    pub(crate) async fn fetch(&self, request: HttpRequest) -> Result<Option<Vec<u8>>> {
        let folder = self.folder().await;
        let url = request.url.clone();
        let kept = folder.and_then(|folder| KeptBody::read(folder, &url));
        let request = match &kept {
            Some(kept) => request.header("if-none-match", kept.etag.as_str()),
            None => request,
        };
        let response = self.host.http().send(&request).await?;
        match (response.status.as_u16(), kept) {
            (304, Some(kept)) => Ok(Some(kept.body)),
            (404 | 410, _) => Ok(None),
            _ => accept(response).map(|response| Some(keep(folder, &url, response))),
        }
    }

    async fn folder(&self) -> Option<&Path> {
        if self.folder.get().is_none() {
            let folder = match self.host.state_dir().await {
                Ok(folder) => Some(folder.join(FOLDER)),
                Err(error) => {
                    log::debug!("fetched files are not kept: {error}");
                    None
                }
            };
            // Another fetch may have been first; both found the same folder.
            drop(self.folder.set(folder));
        }
        self.folder.get()?.as_deref()
    }
}

/// The response if it is a success. GitHub answers 403 both to a wrong key and to a used-up quota; only the headers
/// tell them apart.
fn accept(response: HttpResponse) -> Result<HttpResponse> {
    let used_up =
        matches!(response.status.as_u16(), 403 | 429) && response.header("x-ratelimit-remaining") == Some("0");
    response.ok().map_err(|error| if used_up { Error { kind: ErrorKind::QuotaExhausted, ..error } } else { error })
}

fn keep(folder: Option<&Path>, url: &str, response: HttpResponse) -> Vec<u8> {
    let etag = response.header("etag").map(str::to_owned);
    let (Some(folder), Some(etag)) = (folder, etag) else {
        return response.body;
    };
    let kept = KeptBody { etag, body: response.body };
    if let Err(error) = kept.write(folder, url) {
        log::debug!("the copy of {url} was not kept: {error}");
    }
    kept.body
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowsmith_plugin_testkit::{FakeHost, block_on};
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A server whose file has the tag `"1"`; the body counts how often it was sent.
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

    fn fetch(host: &FakeHost, keep: bool) -> String {
        let cache = HttpCache::new(host.host(), keep);
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
    fn a_damaged_copy_is_fetched_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let host = server().with_state_dir(folder.path());
        fetch(&host, true);
        let entry = std::fs::read_dir(folder.path().join(FOLDER)).expect("kept").next().expect("one").expect("read");
        std::fs::write(entry.path(), "rowsmith-http 1\nhalf").expect("written");
        assert_eq!((fetch(&host, true), fetch(&host, true)), ("body 2".to_owned(), "body 2".to_owned()));
    }

    #[test]
    fn nothing_is_kept_without_leave_or_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let unwanted = server().with_state_dir(folder.path());
        assert_eq!((fetch(&unwanted, false), fetch(&unwanted, false)), ("body 1".to_owned(), "body 2".to_owned()));
        let homeless = server();
        assert_eq!((fetch(&homeless, true), fetch(&homeless, true)), ("body 1".to_owned(), "body 2".to_owned()));
    }

    #[test]
    fn statuses_become_what_they_mean() {
        let cases = [
            ("missing", 404, None, None),
            ("gone", 410, None, None),
            ("refused", 403, None, Some(ErrorKind::Auth)),
            ("used up", 403, Some("0"), Some(ErrorKind::QuotaExhausted)),
            ("overloaded", 503, None, Some(ErrorKind::Retryable)),
            ("unasked 304", 304, None, Some(ErrorKind::Other)),
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
