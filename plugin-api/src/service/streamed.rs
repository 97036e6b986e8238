//! Answers that come as a stream although none was asked for: Server-Sent Events, lines of JSON, lists of parts.

use super::Service;
use crate::error::{Error, ErrorKind};
use crate::http::HttpResponse;
use serde_json::Value;

/// The parts of an answer in a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Streamed {
    /// The JSON of each part, in their order.
    pub parts: Vec<Value>,
    /// True if the stream has a mark of its end: `[DONE]`.
    pub is_done: bool,
}

impl Streamed {
    /// Returns the parts of a stream; `None` for a response that is not one.
    pub fn read(response: &HttpResponse) -> Option<Self> {
        let text = std::str::from_utf8(&response.body).ok()?;
        let text = text.trim_start_matches('\u{feff}').trim();
        if is_events(text) {
            return Some(events(text));
        }
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        // One line is an answer that is not streamed.
        lines.clone().nth(1)?;
        // Gateways send comments while a request is queued, also before an answer that is not streamed.
        let parts: Option<Vec<Value>> = lines.filter(|line| !line.starts_with(':')).map(object).collect();
        Some(Self { parts: parts?, is_done: false })
    }
}

impl Service {
    /// Returns the error of an answer in a stream that cannot be put together.
    pub fn incomplete_stream(&self, response: &HttpResponse) -> Error {
        let message = format!("{} answered with a stream without an end, although none was requested", self.name());
        Error::new(ErrorKind::BadRequest, message)
            .with_context("url", response.url.clone())
            .maybe_billed()
            .hint("turn streaming off in the gateway or proxy behind `base_url`")
    }
}

/// Returns whether a text is a stream of Server-Sent Events.
fn is_events(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(':'));
    lines.next().is_some_and(|line| ["data:", "event:", "id:", "retry:"].iter().any(|field| line.starts_with(field)))
}

fn events(text: &str) -> Streamed {
    let mut streamed = Streamed { parts: Vec::new(), is_done: false };
    // Data of several lines is one part.
    let mut open = String::new();
    for line in text.lines() {
        let Some(data) = line.trim().strip_prefix("data:") else { continue };
        let data = data.trim();
        if data == "[DONE]" {
            streamed.is_done = true;
            continue;
        }
        open.push_str(data);
        if let Ok(part) = serde_json::from_str(&open) {
            streamed.parts.push(part);
            open.clear();
        }
    }
    streamed
}

fn object(line: &str) -> Option<Value> {
    serde_json::from_str(line).ok().filter(Value::is_object)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(body: &str) -> Option<(Vec<Value>, bool)> {
        Streamed::read(&HttpResponse::new(200, body)).map(|streamed| (streamed.parts, streamed.is_done))
    }

    #[test]
    fn streams_of_all_forms() {
        let both = vec![json!({"a": 1}), json!({"b": 2})];
        for (body, is_done) in [
            ("data: {\"a\":1}\n\ndata: {\"b\":2}\n\ndata: [DONE]\n\n", true),
            (": keep-alive\r\n\r\ndata:{\"a\":1}\r\n\r\ndata:{\"b\":2}\r\n\r\n", false),
            ("\u{feff}event: message\nid: 1\ndata: {\"a\":1}\nevent: message\ndata: {\"b\":\ndata: 2}\n", false),
            ("{\"a\":1}\n{\"b\":2}\n", false),
            ("{\"a\":1}\r\n\r\n{\"b\":2}", false),
            ("data: {\"a\":1}\n: comment\ndata: {\"b\":2}\ndata: {\"c\"", false),
        ] {
            assert_eq!(read(body), Some((both.clone(), is_done)), "{body:?}");
        }
        assert_eq!(read("data: [DONE]"), Some((vec![], true)));
        assert_eq!(read(": queued\n\n: queued\n{\"a\":1}"), Some((vec![json!({"a": 1})], false)));
        for other in ["{\"a\":1}", "{\n\"a\":1\n}", "[1]\n[2]", "", "data", "<html>\n</html>", "no\nJSON"] {
            assert_eq!(read(other), None, "{other:?}");
        }
    }
}
