//! The parts of a request that identify it.

use super::RecordedRequest;
use super::credential::clean_url;
use super::scrub::Scrub;
use serde_json::Value;

/// The compared parts of a request: method, address and body, without secrets.
///
/// Headers are not compared; they hold keys, versions and dates.
#[derive(Debug, Clone, PartialEq)]
pub struct RequestIdentity {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) body: BodyContent,
}

/// A body for comparison: JSON is compared by value, without regard to whitespace and the order of keys.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum BodyContent {
    Json(Value),
    Bytes(Vec<u8>),
}

impl RequestIdentity {
    /// Reads the identity of a request.
    pub fn new(request: &RecordedRequest, scrub: &impl Scrub) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(&scrub.scrub(bytes)).into_owned();
        let body = scrub.scrub(&request.body.0);
        Self {
            method: request.method.to_ascii_uppercase(),
            url: text(clean_url(&request.url).as_bytes()),
            body: serde_json::from_slice(&body)
                .map_or_else(|_| BodyContent::Bytes(body.into_owned()), BodyContent::Json),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Body;
    use super::*;
    use std::borrow::Cow;

    fn identity(url: &str, body: &str) -> RequestIdentity {
        let request = RecordedRequest {
            method: "post".to_owned(),
            url: url.to_owned(),
            body: Body(body.as_bytes().to_vec()),
            ..RecordedRequest::default()
        };
        RequestIdentity::new(&request, &HushScrubber)
    }

    struct HushScrubber;

    impl Scrub for HushScrubber {
        fn scrub<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
            Cow::Owned(String::from_utf8_lossy(bytes).replace("hush-hush", "[secret]").into_bytes())
        }
    }

    #[test]
    fn requests_match_by_value_and_without_secrets() {
        let one = identity("http://h/a?key=1", r#"{"a": 1, "b": "hush-hush"}"#);
        assert_eq!(one, identity("http://h/a?key=2", r#"{"b":"[secret]","a":1}"#));
        assert_ne!(one, identity("http://h/a?key=2", r#"{"b":"[secret]","a":2}"#));
        assert_ne!(one, identity("http://h/b?key=2", r#"{"b":"[secret]","a":1}"#));
        assert_ne!(identity("http://h", "[1,2]"), identity("http://h", "[2,1]"));
        assert_ne!(identity("http://h", "a b"), identity("http://h", "a  b"), "other bodies match byte by byte");
    }
}
