//! Requests and responses as they cross the plugin boundary: a JSON head of plain text and numbers, and the body.
//!
//! Plugins and hosts of other versions read these bytes, so the heads grow by optional fields only.

use super::{HeaderMap, HeaderName, HeaderValue, HttpRequest, HttpResponse};
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// Names and values in the order of the message.
type HeaderTexts = Vec<(String, String)>;

#[derive(Serialize, Deserialize)]
pub(super) struct RequestHead {
    pub(super) method: String,
    pub(super) url: String,
    #[serde(default)]
    pub(super) headers: HeaderTexts,
    #[serde(default)]
    pub(super) timeout_ms: Option<u64>,
    #[serde(default)]
    pub(super) max_body_bytes: Option<u64>,
    #[serde(default)]
    pub(super) redirects: u8,
    #[serde(default)]
    pub(super) retries: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) idle_timeout_ms: Option<u64>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct ResponseHead {
    pub(super) status: u16,
    #[serde(default)]
    pub(super) headers: HeaderTexts,
    #[serde(default)]
    pub(super) url: String,
}

impl From<&HttpRequest> for RequestHead {
    fn from(request: &HttpRequest) -> Self {
        Self {
            method: request.method.to_string(),
            url: request.url.clone(),
            headers: header_texts(&request.headers),
            timeout_ms: request.timeout_ms,
            max_body_bytes: request.max_body_bytes,
            redirects: request.redirects,
            retries: request.retries,
            idle_timeout_ms: request.idle_timeout_ms,
        }
    }
}

impl From<&HttpResponse> for ResponseHead {
    fn from(response: &HttpResponse) -> Self {
        Self { status: response.status.as_u16(), headers: header_texts(&response.headers), url: response.url.clone() }
    }
}

/// Returns headers as text; bytes that are not UTF-8 are replaced.
pub(crate) fn header_texts(headers: &HeaderMap) -> HeaderTexts {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    headers.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

/// Returns the headers of a response.
///
/// # Errors
/// [`ErrorKind::InvalidData`] for a name or a value that HTTP does not allow.
pub(crate) fn header_map(texts: &[(String, String)]) -> Result<HeaderMap> {
    let mut headers = HeaderMap::with_capacity(texts.len());
    for (name, value) in texts {
        append(&mut headers, name, value.as_bytes())
            .map_err(|error| Error { kind: ErrorKind::InvalidData, ..error })?;
    }
    Ok(headers)
}

/// Adds a header.
///
/// # Errors
/// [`ErrorKind::BadRequest`] for a name or a value that HTTP does not allow. The error never shows the value.
pub(super) fn append(headers: &mut HeaderMap, name: &str, value: &[u8]) -> Result<()> {
    let invalid = |what: String| Error::new(ErrorKind::BadRequest, what);
    let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| invalid(format!("invalid header name {name:?}")))?;
    let value = HeaderValue::from_bytes(value).map_err(|_| invalid_value(&name))?;
    headers.try_append(name, value).map_err(|_| invalid("too many headers".to_owned()))?;
    Ok(())
}

/// Returns the error for a value that HTTP does not allow.
pub(super) fn invalid_value(name: &HeaderName) -> Error {
    Error::new(ErrorKind::BadRequest, format!("invalid value of the header `{name}`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope;
    use crate::http::Method;
    use std::time::Duration;

    /// The bytes of a head and a body, as `plugin-api` 0.1 and 0.2 write them.
    fn message(head: &str, body: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        bytes.extend_from_slice(&u32::try_from(head.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(head.as_bytes());
        bytes.extend_from_slice(&1_u32.to_le_bytes());
        bytes.extend_from_slice(&u32::try_from(body.len()).unwrap().to_le_bytes());
        bytes.extend_from_slice(body.as_bytes());
        bytes
    }

    #[test]
    fn request_bytes_are_those_of_earlier_versions() {
        let mut full = HttpRequest::post_json("http://h", &[1]).unwrap().header("x-a", "1").header("x-a", "2");
        full = full.timeout(Duration::from_secs(5)).retries(3);
        full.redirects = 2;
        full.max_body_bytes = Some(9);
        for (request, head, body) in [
            (
                HttpRequest::new(Method::GET, "http://h/a?b#c"),
                r#"{"method":"GET","url":"http://h/a?b#c","headers":[],"timeout_ms":null,"max_body_bytes":null,"redirects":0,"retries":0}"#,
                "",
            ),
            (
                full,
                r#"{"method":"POST","url":"http://h","headers":[["content-type","application/json"],["x-a","1"],["x-a","2"]],"timeout_ms":5000,"max_body_bytes":9,"redirects":2,"retries":3}"#,
                "[1]",
            ),
        ] {
            let bytes = message(head, body);
            assert_eq!(request.encode().unwrap().to_vec(), bytes, "{head}");
            assert_eq!(HttpRequest::decode(&bytes).unwrap(), request, "{head}");
        }
    }

    #[test]
    fn response_bytes_are_those_of_earlier_versions() {
        let response = HttpResponse { url: "http://h/".to_owned(), ..HttpResponse::new(429, "no") };
        let response = response.with_header("retry-after", "7").with_header("x-name", "é");
        let bytes = message(r#"{"status":429,"headers":[["retry-after","7"],["x-name","é"]],"url":"http://h/"}"#, "no");
        assert_eq!(response.encode().unwrap().to_vec(), bytes);
        let decoded = HttpResponse::decode(&bytes).unwrap();
        assert_eq!(decoded, response);
        assert_eq!((decoded.header("Retry-After"), decoded.header("X-Name")), (Some("7"), Some("é")));
    }

    #[test]
    fn fields_of_later_versions_are_ignored_and_missing_ones_have_defaults() {
        let request = HttpRequest::decode(&message(r#"{"method":"GET","url":"http://h","later":[1]}"#, "")).unwrap();
        assert_eq!(request, HttpRequest::new(Method::GET, "http://h"));
        let response = HttpResponse::decode(&message(r#"{"status":200,"later":1}"#, "")).unwrap();
        assert_eq!(response, HttpResponse::new(200, ""));
    }

    #[test]
    fn requests_that_http_does_not_allow_are_bad_requests() {
        for (name, head) in [
            ("method", r#"{"method":"GE T","url":"http://h"}"#),
            ("header name", r#"{"method":"GET","url":"http://h","headers":[["a b","c"]]}"#),
            ("header value", r#"{"method":"GET","url":"http://h","headers":[["a","b\r\nc: d"]]}"#),
        ] {
            let error = HttpRequest::decode(&message(head, "")).unwrap_err();
            assert_eq!(error.kind, ErrorKind::BadRequest, "{name}");
        }
        for (name, request) in [
            ("header name", HttpRequest::get("http://h").header("a b", "hush")),
            ("header value", HttpRequest::get("http://h").header("a", "hush\r\nhush: b")),
            ("key", HttpRequest::get("http://h").bearer(&crate::Secret::new("hush\n"))),
        ] {
            let error = request.header("ok", "1").encode().unwrap_err();
            assert_eq!(error.kind, ErrorKind::BadRequest, "{name}");
            assert!(!format!("{error:?}").contains("hush"), "{name}: {error:?}");
        }
    }

    #[test]
    fn responses_that_http_does_not_allow_are_invalid_data() {
        for head in [r#"{"status":0}"#, r#"{"status":200,"headers":[["a","\n"]]}"#, r#"{"status":"200"}"#] {
            assert_eq!(HttpResponse::decode(&message(head, "")).unwrap_err().kind, ErrorKind::InvalidData, "{head}");
        }
    }

    #[test]
    fn keys_are_not_part_of_the_debug_output() {
        let request = HttpRequest::get("http://h").bearer(&crate::Secret::new("hush"));
        assert!(!format!("{request:?}").contains("hush"), "{request:?}");
        assert!(
            envelope::decode::<RequestHead, 1>(&request.encode().unwrap()).unwrap().0.headers[0].1 == "Bearer hush"
        );
    }
}
