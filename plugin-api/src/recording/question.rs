//! What makes two requests the same.

use super::RecordedRequest;
use super::credential::clean_url;
use serde_json::Value;
use std::borrow::Cow;

/// Takes secrets out of bytes. Both sides of a comparison go through one.
pub trait Scrub {
    /// The bytes without secrets.
    fn scrub<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]>;
}

/// For whoever knows no secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoSecrets;

impl Scrub for NoSecrets {
    fn scrub<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        Cow::Borrowed(bytes)
    }
}

/// The part of a request that is compared: method, address and body, without secrets. Headers are left out; they hold
/// keys, versions and dates.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Question {
    pub(super) method: String,
    pub(super) url: String,
    pub(super) body: Content,
}

/// A body, so that JSON is compared by what it says and not by its blanks and the order of its keys.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Json(Value),
    Other(Vec<u8>),
}

impl Question {
    pub(super) fn new(request: &RecordedRequest, scrub: &impl Scrub) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(&scrub.scrub(bytes)).into_owned();
        let body = scrub.scrub(&request.body.0);
        Self {
            method: request.method.to_ascii_uppercase(),
            url: text(clean_url(&request.url).as_bytes()),
            body: serde_json::from_slice(&body).map_or_else(|_| Content::Other(body.into_owned()), Content::Json),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Body, Headers};
    use super::*;

    fn question(url: &str, body: &str) -> Question {
        let request = RecordedRequest {
            method: "post".to_owned(),
            url: url.to_owned(),
            headers: Headers::default(),
            body: Body(body.as_bytes().to_vec()),
        };
        Question::new(&request, &Hush)
    }

    struct Hush;

    impl Scrub for Hush {
        fn scrub<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
            Cow::Owned(String::from_utf8_lossy(bytes).replace("hush-hush", "[secret]").into_bytes())
        }
    }

    #[test]
    fn requests_are_the_same_when_they_say_the_same() {
        let one = question("http://h/a?key=1", r#"{"a": 1, "b": "hush-hush"}"#);
        assert_eq!(one, question("http://h/a?key=2", r#"{"b":"[secret]","a":1}"#));
        assert_ne!(one, question("http://h/a?key=2", r#"{"b":"[secret]","a":2}"#));
        assert_ne!(one, question("http://h/b?key=2", r#"{"b":"[secret]","a":1}"#));
        assert_ne!(question("http://h", "[1,2]"), question("http://h", "[2,1]"));
        assert_ne!(question("http://h", "a b"), question("http://h", "a  b"), "what is no JSON is compared as it is");
    }
}
