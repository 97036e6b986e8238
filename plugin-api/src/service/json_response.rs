//! JSON bodies of responses.

use super::text::one_line;
use crate::error::{Error, ErrorKind, Result};
use crate::http::HttpResponse;
use serde_json::Value;

/// Characters of a body that an error quotes.
pub(super) const QUOTED_CHARS: usize = 80;

/// A response with a JSON body.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonResponse {
    /// The body of a success without a member `error`.
    Success(Value),
    /// The body of any other response; `None` when it is not JSON.
    Failure(Option<Value>),
}

impl JsonResponse {
    /// Reads a response; `service` is the name of the service in messages.
    ///
    /// White space and a byte order mark before the JSON, and a list around a single object, are removed: services send
    /// keep-alive lines while a request is queued, and wrap errors in lists.
    ///
    /// # Errors
    /// For a success: [`ErrorKind::Retryable`] when the body is empty or cut off, [`ErrorKind::InvalidData`] when it is
    /// not JSON.
    pub(super) fn read(service: &str, response: &HttpResponse) -> Result<Self> {
        let content = content(response);
        let body = serde_json::from_slice(content).map(unwrap_list);
        if !response.is_success() {
            return Ok(Self::Failure(body.ok()));
        }
        match body {
            Ok(body) if body.get("error").is_some_and(|error| !error.is_null()) => Ok(Self::Failure(Some(body))),
            Ok(body) => Ok(Self::Success(body)),
            Err(error) => Err(unreadable(service, content.is_empty(), &error, response)),
        }
    }
}

fn unreadable(service: &str, is_empty: bool, error: &serde_json::Error, response: &HttpResponse) -> Error {
    let error = if is_empty {
        Error::new(ErrorKind::Retryable, format!("{service} answered with an empty body"))
    } else if error.is_eof() {
        Error::new(ErrorKind::Retryable, format!("{service} answered with truncated JSON"))
    } else {
        Error::new(ErrorKind::InvalidData, format!("{service} answered with a body that is not JSON"))
            .with_context("body_start", one_line(&response.text(), QUOTED_CHARS))
            .hint("check `base_url`; the body may be the login page of a proxy")
    };
    error.with_http_status(response.status.as_u16()).with_context("url", response.url.clone())
}

fn content(response: &HttpResponse) -> &[u8] {
    let body = response.body.as_slice();
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii()
}

fn unwrap_list(value: Value) -> Value {
    match value {
        Value::Array(mut items) if matches!(items.as_slice(), [Value::Object(_)]) => items.pop().unwrap_or_default(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(status: u16, body: &str) -> Result<JsonResponse> {
        JsonResponse::read("it", &HttpResponse::new(status, body))
    }

    #[test]
    fn keep_alive_lines_marks_and_lists_around_the_body_are_removed() {
        for body in [r#"{"a":1}"#, "\n\n \r\n{\"a\":1}\n", "\u{feff}{\"a\":1}", r#"[{"a":1}]"#] {
            assert_eq!(read(200, body).unwrap(), JsonResponse::Success(json!({"a": 1})), "{body:?}");
            assert_eq!(read(500, body).unwrap(), JsonResponse::Failure(Some(json!({"a": 1}))), "{body:?}");
        }
        for list in [json!([1]), json!([{}, {}])] {
            assert_eq!(read(200, &list.to_string()).unwrap(), JsonResponse::Success(list));
        }
    }

    #[test]
    fn an_error_in_the_body_is_a_failure_whatever_the_status() {
        assert_eq!(read(200, r#"{"error":1}"#).unwrap(), JsonResponse::Failure(Some(json!({"error": 1}))));
        assert_eq!(read(200, r#"{"error":null}"#).unwrap(), JsonResponse::Success(json!({"error": null})));
        assert_eq!(read(502, "<html>").unwrap(), JsonResponse::Failure(None));
    }

    #[test]
    fn unreadable_successes_are_errors_of_their_kind() {
        for (body, kind) in [
            ("", ErrorKind::Retryable),
            (" \n ", ErrorKind::Retryable),
            (r#"{"a":[1,"#, ErrorKind::Retryable),
            ("<html>Log in</html>", ErrorKind::InvalidData),
            ("{a: 1}", ErrorKind::InvalidData),
        ] {
            let error = read(200, body).unwrap_err();
            assert_eq!((error.kind, error.http_status), (kind, Some(200)), "{body:?}");
        }
    }
}
