//! JSON bodies: completing those that are sent, reading those that come back.

use crate::error::{Error, ErrorKind, Result};
use crate::http::HttpResponse;
use crate::service::words_of;
use serde_json::{Map, Value};

/// Lays `extra` over `body`: tables are merged at every depth, anything else in `extra` replaces what was there.
pub fn merge(body: &mut Map<String, Value>, extra: &Map<String, Value>) {
    for (key, value) in extra {
        match (body.get_mut(key), value) {
            (Some(Value::Object(inner)), Value::Object(extra)) => merge(inner, extra),
            (Some(slot), value) => *slot = value.clone(),
            (None, value) => {
                body.insert(key.clone(), value.clone());
            }
        }
    }
}

/// The body as JSON, or `None`. White space and a byte order mark before it, and a list of one around it, are taken
/// off: services send keep-alive lines while a request is queued, and wrap errors in lists.
pub fn parse_json(response: &HttpResponse) -> Option<Value> {
    serde_json::from_slice(content(response)).ok().map(unwrap_list)
}

/// The body of an answer as JSON, read like [`parse_json`]; `service` names who answered.
///
/// # Errors
/// [`ErrorKind::Retryable`] when there is nothing or the JSON breaks off,
/// [`ErrorKind::InvalidData`] when it is not JSON at all.
pub fn read_json(service: &str, response: &HttpResponse) -> Result<Value> {
    let content = content(response);
    let error = match serde_json::from_slice(content) {
        Ok(value) => return Ok(unwrap_list(value)),
        Err(_) if content.is_empty() => {
            Error::new(ErrorKind::Retryable, format!("{service} answered with an empty body"))
        }
        Err(e) if e.is_eof() => {
            Error::new(ErrorKind::Retryable, format!("{service} answered with JSON that breaks off"))
        }
        Err(_) => {
            let message = format!("{service} answered with something that is not JSON (a proxy or login page?)");
            Error::new(ErrorKind::InvalidData, message)
                .with_context("body_start", words_of(&response.text(), 80))
                .hint("check `base_url`, and whether a proxy stands between")
        }
    };
    Err(error.with_context("status", response.status.as_u16().to_string()).with_context("url", response.url.clone()))
}

fn content(response: &HttpResponse) -> &[u8] {
    let body = response.body.as_slice();
    body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(body).trim_ascii()
}

fn unwrap_list(value: Value) -> Value {
    match value {
        Value::Array(mut items) if items.len() == 1 => items.pop().unwrap_or_default(),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn tables_merge_at_every_depth() {
        let mut body = json!({"a": {"b": 1, "c": {"d": 2}}, "list": [1], "text": "x"});
        let extra = json!({"a": {"c": {"e": 3}, "b": {"f": 1}}, "list": [2, 3], "text": {"g": 1}, "new": true});
        merge(body.as_object_mut().unwrap(), extra.as_object().unwrap());
        let expected =
            json!({"a": {"b": {"f": 1}, "c": {"d": 2, "e": 3}}, "list": [2, 3], "text": {"g": 1}, "new": true});
        assert_eq!(body, expected);
    }

    #[test]
    fn what_stands_around_the_answer_is_taken_off() {
        for body in [r#"{"a":1}"#, "\n\n \r\n{\"a\":1}\n", "\u{feff}{\"a\":1}", r#"[{"a":1}]"#] {
            assert_eq!(read_json("it", &HttpResponse::new(200, body)).unwrap(), json!({"a": 1}), "{body:?}");
        }
        assert_eq!(parse_json(&HttpResponse::new(200, "[1,2]")), Some(json!([1, 2])));
    }

    #[test]
    fn what_is_not_json_is_told_apart() {
        for (body, kind, says) in [
            ("", ErrorKind::Retryable, "it answered with an empty body"),
            (" \n ", ErrorKind::Retryable, "it answered with an empty body"),
            (r#"{"a":[1,"#, ErrorKind::Retryable, "it answered with JSON that breaks off"),
            (
                "<html>Log in</html>",
                ErrorKind::InvalidData,
                "it answered with something that is not JSON (a proxy or login page?)",
            ),
            ("{a: 1}", ErrorKind::InvalidData, "it answered with something that is not JSON (a proxy or login page?)"),
        ] {
            let error = read_json("it", &HttpResponse::new(200, body)).unwrap_err();
            assert_eq!((error.kind, error.message.as_str()), (kind, says), "{body:?}");
        }
    }
}
