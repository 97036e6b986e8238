//! A host that answers from what `rowsmith run --record DIR` wrote.

use crate::FakeHost;
use rowsmith_plugin_api::recording::{NoSecrets, Replay};
use rowsmith_plugin_api::{HttpRequest, HttpResponse, Result};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Recorded answers that begin again when they are used up: a suite asks the same several times.
pub(crate) struct Answers {
    folder: PathBuf,
    replay: Mutex<Replay>,
}

impl Answers {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let replay = Mutex::new(Replay::open(folder, &NoSecrets)?);
        Ok(Self { folder: folder.to_owned(), replay })
    }

    pub(crate) fn answer(&self, request: &HttpRequest) -> Result<HttpResponse> {
        let mut replay = self.replay.lock().unwrap_or_else(PoisonError::into_inner);
        let found = replay.find(None, request, &NoSecrets).or_else(|unknown| {
            *replay = Replay::open(&self.folder, &NoSecrets)?;
            // What is not there from the beginning either was told of in the better words.
            replay.find(None, request, &NoSecrets).map_err(|_| unknown)
        });
        found?.outcome.into()
    }
}

impl FakeHost {
    /// A host whose HTTP requests are answered from a folder of recordings, as `rowsmith run --replay DIR` answers
    /// them: by method, address and body, each recording once. It does not matter which plugin was recorded.
    ///
    /// Values of headers and query parameters that carry keys are not compared, so any key will do. A key elsewhere
    /// stands as `[secret]` in the recording; give the plugin just that as its key.
    ///
    /// # Errors
    /// When the folder holds no recording, or a file is damaged; the error names it.
    pub fn recorded(folder: impl AsRef<Path>) -> Result<Self> {
        let replay = Replay::open(folder.as_ref(), &NoSecrets)?;
        Ok(Self::new(move |request| replay.find(None, request, &NoSecrets)?.outcome.into()))
    }
}

#[cfg(test)]
mod tests {
    use crate::{FakeHost, block_on};
    use rowsmith_plugin_api::{ErrorKind, HttpRequest};

    const RECORDING: &str = r#"{
        "version": 1,
        "plugin": "scraper-example",
        "request": {"method": "GET", "url": "http://host/rows?token=[secret]"},
        "response": {"status": 200, "headers": {"etag": "1"}, "body": [1, 2]}
    }"#;

    #[test]
    fn requests_are_answered_from_the_folder() {
        let folder = std::env::temp_dir().join(format!("rowsmith-testkit-recorded-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("000001-scraper-example.json"), RECORDING).expect("written");
        let opened = FakeHost::recorded(&folder);
        std::fs::remove_dir_all(&folder).expect("removed");
        let fake = opened.expect("opened");
        let host = fake.host();
        let get = |url: &str| block_on(host.http().get(url));
        let response = get("http://host/rows?token=abc").expect("recorded");
        assert_eq!(
            (response.status.as_u16(), response.text(), response.header("etag")),
            (200, "[1,2]".to_owned(), Some("1"))
        );
        let again = get("http://host/rows?token=abc").expect_err("used up");
        assert!(again.message.contains("is asked again"), "{again}");
        assert_eq!(get("http://host/other").expect_err("unknown").kind, ErrorKind::BadRequest);
        assert_eq!(fake.requests().len(), 3);
        assert_eq!(fake.requests()[2], HttpRequest::get("http://host/other"));
    }
}
