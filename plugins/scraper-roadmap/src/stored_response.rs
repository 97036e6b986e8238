//! A response on disk, for conditional requests.
//!
//! The file has a line with the name and version of the format, a line of JSON, then the body. A file that is damaged
//! or belongs to another address is a miss.

use rowsmith_plugin_api::files::{read_regular, write_private};
use rowsmith_plugin_api::prelude::*;
use std::path::{Path, PathBuf};

const FORMAT: &[u8] = b"rowsmith-http 1";

/// Maximum size of a stored response; the host reads no larger body.
const MAX_BYTES: u64 = 64 << 20;

/// A response and its `ETag`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct StoredResponse {
    pub(crate) etag: String,
    pub(crate) body: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Head {
    url: String,
    etag: String,
    length: usize,
    checksum: String,
}

impl StoredResponse {
    /// Reads the response that is stored for an address.
    pub(crate) fn read(folder: &Path, url: &str) -> Option<Self> {
        let bytes = read_regular(&file(folder, url), MAX_BYTES).ok()?;
        let stored = Self::decode(&bytes, url);
        if stored.is_none() {
            log::debug!("the stored response of {url} is damaged; fetching it again");
        }
        stored
    }

    fn decode(bytes: &[u8], url: &str) -> Option<Self> {
        let (format, rest) = split_line(bytes)?;
        let (head, body) = split_line(rest)?;
        let head: Head = serde_json::from_slice(head).ok()?;
        let is_intact =
            format == FORMAT && head.url == url && head.length == body.len() && head.checksum == checksum(body);
        is_intact.then(|| Self { etag: head.etag, body: body.to_vec() })
    }

    /// Stores the response. Writes a temporary file first, so that a partial file never has the final name.
    pub(crate) fn write(&self, folder: &Path, url: &str) -> std::io::Result<()> {
        write_private(&file(folder, url), &self.encode(url)?)
    }

    fn encode(&self, url: &str) -> std::io::Result<Vec<u8>> {
        let head = Head {
            url: url.to_owned(),
            etag: self.etag.clone(),
            length: self.body.len(),
            checksum: checksum(&self.body),
        };
        let head = serde_json::to_vec(&head)?;
        Ok([FORMAT, b"\n", &head, b"\n", &self.body].concat())
    }
}

fn file(folder: &Path, url: &str) -> PathBuf {
    folder.join(format!("{}.http", checksum(url.as_bytes())))
}

fn split_line(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    Some((&bytes[..end], &bytes[end + 1..]))
}

/// FNV-1a, 64 bits: detects accidental damage. Unlike the hasher of the standard library it is the same in every build.
fn checksum(bytes: &[u8]) -> String {
    let hash = bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3));
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const URL: &str = "http://x/a";

    fn response(body: &[u8]) -> StoredResponse {
        StoredResponse { etag: "W/\"1\"".to_owned(), body: body.to_vec() }
    }

    #[test]
    fn responses_round_trip_and_are_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let inner = folder.path().join("http");
        assert_eq!(StoredResponse::read(&inner, URL), None);
        for body in [&b"one\ntwo"[..], b"", b"\xff\x00"] {
            response(body).write(&inner, URL).expect("written");
            assert_eq!(StoredResponse::read(&inner, URL), Some(response(body)));
        }
        assert_eq!(StoredResponse::read(&inner, "http://x/b"), None);
        assert_eq!(std::fs::read_dir(&inner).expect("listed").count(), 1, "no temporary file is left");
    }

    proptest! {
        #[test]
        fn damage_is_a_miss(at in 0_usize..200, byte: u8, cut in 0_usize..200) {
            let whole = response(b"the body of the response").encode(URL).expect("encoded");
            let at = at % whole.len();
            let mut damaged = whole.clone();
            damaged[at] = byte;
            let read = StoredResponse::decode(&damaged, URL);
            // The checksum does not cover the `ETag`; with a wrong one the server sends the whole file again.
            proptest::prop_assert!(read.is_none_or(|read| read.body == b"the body of the response"));
            let cut = whole.get(..cut % whole.len()).unwrap_or_default();
            proptest::prop_assert_eq!(StoredResponse::decode(cut, URL), None);
        }
    }
}
