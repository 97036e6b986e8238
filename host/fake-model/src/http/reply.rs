//! Replies and their bytes.

use serde_json::Value;
use std::io::{self, Read, Write};

/// Maximum bytes of a blank body in one write.
const BLANK_CHUNK: u64 = 64 * 1024;

/// The body of a reply.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Bytes(Vec<u8>),
    /// Blanks, created while they are sent; without a declared length they end with the connection.
    Blanks {
        bytes: u64,
        declared: bool,
    },
}

/// A reply.
#[derive(Clone, Debug)]
pub(crate) struct HttpReply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    body: Body,
}

impl HttpReply {
    pub(crate) fn new(status: u16, content_type: &str, body: Body) -> Self {
        Self { status, headers: vec![("content-type".to_owned(), content_type.to_owned())], body }
    }

    /// Creates a JSON reply.
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json; charset=UTF-8", Body::Bytes(body.to_string().into_bytes()))
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Returns true if the end of the connection marks the end of the body.
    pub(crate) fn ends_connection(&self) -> bool {
        matches!(self.body, Body::Blanks { declared: false, .. })
    }

    /// Writes status and header fields.
    pub(crate) fn write_head(&self, writer: &mut impl Write) -> io::Result<()> {
        writer.write_all(self.head().as_bytes())?;
        writer.flush()
    }

    /// Writes the reply; if `whole` is false, only the head and the first half of the body.
    pub(crate) fn write(&self, writer: &mut impl Write, whole: bool) -> io::Result<()> {
        match &self.body {
            Body::Bytes(bytes) => {
                let end = if whole { bytes.len() } else { bytes.len() / 2 };
                // One write keeps small replies in one packet.
                let mut message = self.head().into_bytes();
                message.extend(bytes.iter().take(end));
                writer.write_all(&message)?;
            }
            Body::Blanks { bytes, .. } => {
                self.write_head(writer)?;
                let end = if whole { *bytes } else { bytes / 2 };
                let mut buffered = io::BufWriter::with_capacity(chunk_size(end), &mut *writer);
                io::copy(&mut io::repeat(b' ').take(end), &mut buffered)?;
                buffered.flush()?;
            }
        }
        writer.flush()
    }

    /// Returns the body, which is empty for blanks.
    pub(crate) fn bytes(&self) -> &[u8] {
        if let Body::Bytes(bytes) = &self.body { bytes } else { &[] }
    }

    /// Writes the whole body after a head that declares half of its length.
    pub(crate) fn write_short(&self, writer: &mut impl Write) -> io::Result<()> {
        let bytes = self.bytes();
        let mut message = self.head_with(("content-length", (bytes.len() / 2).to_string())).into_bytes();
        message.extend(bytes);
        writer.write_all(&message)?;
        writer.flush()
    }

    /// Writes chunks of blanks until the client closes the connection.
    pub(crate) fn write_endless(&self, writer: &mut impl Write) -> io::Result<()> {
        writer.write_all(self.head_with(("transfer-encoding", "chunked".to_owned())).as_bytes())?;
        let mut chunk = format!("{BLANK_CHUNK:x}\r\n").into_bytes();
        chunk.extend(std::iter::repeat_n(b' ', chunk_size(BLANK_CHUNK)));
        chunk.extend(b"\r\n");
        loop {
            writer.write_all(&chunk)?;
        }
    }

    fn head(&self) -> String {
        let length = match &self.body {
            Body::Bytes(bytes) => Some(bytes.len().to_string()),
            Body::Blanks { bytes, declared } => declared.then(|| bytes.to_string()),
        };
        self.head_with(length.map_or(("connection", "close".to_owned()), |length| ("content-length", length)))
    }

    /// Returns the head with the field that ends the body.
    fn head_with(&self, framing: (&str, String)) -> String {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.clone()));
        for (name, value) in headers.chain([framing]) {
            // The header value of a script must not end the head.
            head.push_str(&format!("{name}: {value}").replace(['\r', '\n'], " "));
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        head
    }
}

fn chunk_size(bytes: u64) -> usize {
    usize::try_from(bytes.clamp(1, BLANK_CHUNK)).unwrap_or(1)
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        301 => "Moved Permanently",
        302 => "Found",
        307 => "Temporary Redirect",
        308 => "Permanent Redirect",
        400 => "Bad Request",
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        408 => "Request Timeout",
        413 => "Content Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn declared_length_differs_from_body() {
        let reply = HttpReply::new(200, "text/plain", Body::Bytes(b"abcd".to_vec())).with_header("x", "a\r\nb: c");
        let mut half = Vec::new();
        reply.write(&mut half, false).unwrap();
        let half = String::from_utf8(half).unwrap();
        assert!(half.contains("content-length: 4\r\n") && half.ends_with("\r\n\r\nab"), "{half}");
        assert!(half.contains("x: a  b: c\r\n"), "{half}");
        let mut blanks = Vec::new();
        let body = Body::Blanks { bytes: 100_000, declared: false };
        HttpReply::new(200, "text/plain", body).write(&mut blanks, true).unwrap();
        assert!(blanks.len() > 100_000 && blanks.ends_with(b"  "));
        assert!(!String::from_utf8(blanks).unwrap().contains("content-length"));
    }
}
