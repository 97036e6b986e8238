//! Hosts that answer requests from a cassette.

use crate::FakeHost;
use rowsmith_plugin_api::record_replay::{Cassette, NoSecrets, Replay};
use rowsmith_plugin_api::{HttpRequest, HttpResponse, Result};
use std::path::Path;

/// A replay that rewinds when it is used up: a suite sends the same requests several times.
pub(crate) struct RepeatingReplay(Replay);

impl RepeatingReplay {
    pub(crate) fn new(cassette: Cassette) -> Self {
        Self(Replay::new(cassette, &NoSecrets))
    }

    pub(crate) fn answer(&self, request: &HttpRequest) -> Result<HttpResponse> {
        let found = self.0.find(None, request, &NoSecrets).or_else(|mismatch| {
            self.0.rewind();
            // The first error is the better one for a request that is not recorded at all.
            self.0.find(None, request, &NoSecrets).map_err(|_| mismatch)
        });
        found?.outcome.into()
    }
}

impl FakeHost {
    /// Creates a host that answers HTTP requests from a cassette, as `rowsmith run --replay DIR` does: by method, address
    /// and body, each exchange once. The exchanges of all plugins match.
    ///
    /// Credentials in headers and query parameters are not compared, so any key works. A key elsewhere is `[secret]` in
    /// the cassette; configure the plugin with that text as its key.
    ///
    /// # Errors
    /// When the folder contains no exchange, or a file is invalid; the error names it.
    pub fn from_cassette(folder: impl AsRef<Path>) -> Result<Self> {
        let replay = Replay::new(Cassette::read(folder.as_ref())?, &NoSecrets);
        Ok(Self::new(move |request| replay.find(None, request, &NoSecrets)?.outcome.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::RepeatingReplay;
    use crate::{FakeHost, block_on};
    use rowsmith_plugin_api::record_replay::Cassette;
    use rowsmith_plugin_api::{ErrorKind, HttpRequest};

    const EXCHANGE: &str = r#"{
        "version": 1,
        "plugin": "scraper-example",
        "request": {"method": "GET", "url": "http://host/rows?token=[secret]"},
        "response": {"status": 200, "headers": {"etag": "1"}, "body": [1, 2]}
    }"#;

    fn cassette() -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("000001-scraper-example.json"), EXCHANGE).expect("written");
        folder
    }

    #[test]
    fn requests_are_answered_from_a_cassette() {
        let fake = FakeHost::from_cassette(cassette().path()).expect("a cassette");
        let host = fake.host();
        let get = |url: &str| block_on(host.http().get(url));
        let response = get("http://host/rows?token=abc").expect("recorded");
        assert_eq!(
            (response.status.as_u16(), response.text(), response.header("etag")),
            (200, "[1,2]".to_owned(), Some("1"))
        );
        for url in ["http://host/rows?token=abc", "http://host/other"] {
            assert_eq!(get(url).expect_err("not recorded").kind, ErrorKind::BadRequest);
        }
        assert_eq!(fake.requests().len(), 3);
        assert_eq!(fake.requests()[2], HttpRequest::get("http://host/other"));
    }

    #[test]
    fn a_suite_reuses_exchanges() {
        let replay = RepeatingReplay::new(Cassette::read(cassette().path()).expect("a cassette"));
        for _ in 0..3 {
            assert_eq!(
                replay.answer(&HttpRequest::get("http://host/rows?token=x")).expect("recorded").status.as_u16(),
                200
            );
        }
        assert!(replay.answer(&HttpRequest::get("http://host/other")).is_err());
    }
}
