//! Just enough HTTP/1.1: reading requests from a connection and the bytes of a reply.
//!
//! Sizes are bounded, so that a broken client cannot fill the memory of a test run.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read, Write};

/// Most bytes of a request line or header field.
const MAX_LINE: u64 = 64 * 1024;
/// Most header fields of a request.
const MAX_HEADERS: usize = 200;
/// Most bytes of a request body.
const MAX_BODY: u64 = 64 * 1024 * 1024;
/// Bytes of a blank body that are written at once.
const BLANK_CHUNK: u64 = 64 * 1024;

/// One request, whole.
#[derive(Debug)]
pub(crate) struct HttpRequest {
    pub(crate) method: String,
    pub(crate) target: String,
    /// Names in lower case; of a repeated field the last one.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl HttpRequest {
    /// Reads the next request; none when the peer has closed the connection. `continues` is told when the peer waits
    /// for leave to send its body.
    pub(crate) fn read(
        reader: &mut impl BufRead,
        continues: impl FnOnce() -> io::Result<()>,
    ) -> io::Result<Option<Self>> {
        let Some(line) = read_line(reader)? else {
            return Ok(None);
        };
        let mut words = line.split(' ');
        let (Some(method), Some(target), Some(_)) = (words.next(), words.next(), words.next()) else {
            return Err(invalid("the request line is not HTTP"));
        };
        let mut headers = BTreeMap::new();
        loop {
            let line = read_line(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line
                .split_once(':')
                .ok_or_else(|| invalid("a header field has no colon"))?;
            headers.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
            if headers.len() > MAX_HEADERS {
                return Err(invalid("too many header fields"));
            }
        }
        if headers
            .get("expect")
            .is_some_and(|expect| expect.eq_ignore_ascii_case("100-continue"))
        {
            continues()?;
        }
        let body = read_body(reader, &headers)?;
        Ok(Some(Self {
            method: method.to_owned(),
            target: target.to_owned(),
            headers,
            body,
        }))
    }

    /// True when the peer wants the connection closed after the reply.
    pub(crate) fn wants_close(&self) -> bool {
        self.headers
            .get("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"))
    }
}

/// What a reply carries.
#[derive(Clone, Debug)]
pub(crate) enum Body {
    Bytes(Vec<u8>),
    /// Blanks, made while they are sent; without a declared length the end of the connection ends them.
    Blanks {
        bytes: u64,
        declared: bool,
    },
}

/// One reply.
#[derive(Clone, Debug)]
pub(crate) struct HttpReply {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    body: Body,
}

impl HttpReply {
    pub(crate) fn new(status: u16, content_type: &str, body: Body) -> Self {
        Self {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body,
        }
    }

    pub(crate) fn with_header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// True when only the end of the connection tells where the body ends.
    pub(crate) fn ends_connection(&self) -> bool {
        matches!(self.body, Body::Blanks { declared: false, .. })
    }

    /// Writes status and header fields.
    pub(crate) fn write_head(&self, writer: &mut impl Write) -> io::Result<()> {
        writer.write_all(self.head().as_bytes())?;
        writer.flush()
    }

    /// Writes the reply, or, when `whole` is false, the head and the first half of the body.
    pub(crate) fn write(&self, writer: &mut impl Write, whole: bool) -> io::Result<()> {
        match &self.body {
            Body::Bytes(bytes) => {
                let end = if whole { bytes.len() } else { bytes.len() / 2 };
                // One write, so that small replies travel in one packet.
                let mut message = self.head().into_bytes();
                message.extend(bytes.iter().take(end));
                writer.write_all(&message)?;
            }
            Body::Blanks { bytes, .. } => {
                self.write_head(writer)?;
                let end = if whole { *bytes } else { bytes / 2 };
                let mut buffered = io::BufWriter::with_capacity(chunk(end), &mut *writer);
                io::copy(&mut io::repeat(b' ').take(end), &mut buffered)?;
                buffered.flush()?;
            }
        }
        writer.flush()
    }

    fn head(&self) -> String {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        let length = match &self.body {
            Body::Bytes(bytes) => Some(bytes.len().to_string()),
            Body::Blanks { bytes, declared } => declared.then(|| bytes.to_string()),
        };
        let framing = length.map_or(("connection", "close".to_owned()), |length| ("content-length", length));
        let headers = self.headers.iter().map(|(name, value)| (name.as_str(), value.clone()));
        for (name, value) in headers.chain([framing]) {
            // A script's header value must not be able to end the head.
            head.push_str(&format!("{name}: {value}").replace(['\r', '\n'], " "));
            head.push_str("\r\n");
        }
        head.push_str("\r\n");
        head
    }
}

fn chunk(bytes: u64) -> usize {
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

fn read_line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut line = Vec::new();
    reader.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
    if line.is_empty() {
        return Ok(None);
    }
    if line.pop() != Some(b'\n') {
        return Err(invalid("a header line is too long or cut off"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    String::from_utf8(line)
        .map(Some)
        .map_err(|_| invalid("a header line is not UTF-8"))
}

fn read_body(reader: &mut impl BufRead, headers: &BTreeMap<String, String>) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if headers
        .get("transfer-encoding")
        .is_some_and(|coding| coding.eq_ignore_ascii_case("chunked"))
    {
        loop {
            let line = read_line(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = u64::from_str_radix(size, 16).map_err(|_| invalid("a chunk size is not a number"))?;
            read_exactly(reader, size, &mut body)?;
            // Behind the last chunk may stand trailer fields; an empty line ends them as it ends every chunk.
            while read_line(reader)?.is_some_and(|line| size == 0 && !line.is_empty()) {}
            if size == 0 {
                return Ok(body);
            }
        }
    }
    if let Some(length) = headers.get("content-length") {
        let length = length
            .parse()
            .map_err(|_| invalid("the content length is not a number"))?;
        read_exactly(reader, length, &mut body)?;
    }
    Ok(body)
}

fn read_exactly(reader: &mut impl BufRead, bytes: u64, body: &mut Vec<u8>) -> io::Result<()> {
    let so_far = u64::try_from(body.len()).unwrap_or(u64::MAX);
    if bytes > MAX_BODY.saturating_sub(so_far) {
        return Err(invalid("the body is too large"));
    }
    let read = reader.by_ref().take(bytes).read_to_end(body)?;
    if u64::try_from(read).ok() == Some(bytes) {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

fn invalid(message: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> io::Result<Option<HttpRequest>> {
        HttpRequest::read(&mut text.as_bytes(), || Ok(()))
    }

    #[test]
    fn bodies_are_read_in_both_framings() {
        let cases = [
            ("length", "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcrest", "abc"),
            (
                "chunks",
                "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
                "abc",
            ),
            (
                "trailer",
                "POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n",
                "a",
            ),
            ("none", "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", ""),
        ];
        for (name, text, want) in cases {
            let request = read(text).unwrap().unwrap();
            assert_eq!(String::from_utf8(request.body).unwrap(), want, "{name}");
            assert_eq!(request.target, "/a", "{name}");
        }
        assert!(read("").unwrap().is_none(), "a closed connection is no error");
    }

    #[test]
    fn broken_requests_are_refused() {
        let cases = [
            ("no HTTP", "hello\r\n\r\n"),
            ("cut head", "GET /a HTTP/1.1\r\nHost: x\r\n"),
            ("no colon", "GET /a HTTP/1.1\r\nHost\r\n\r\n"),
            ("cut body", "POST /a HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"),
            ("too large", "POST /a HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"),
            ("bad length", "POST /a HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
            (
                "bad chunk",
                "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            ),
        ];
        for (name, text) in cases {
            assert!(read(text).is_err(), "{name}");
        }
    }

    #[test]
    fn a_reply_can_lie_about_its_length() {
        let reply = HttpReply::new(200, "text/plain", Body::Bytes(b"abcd".to_vec())).with_header("x", "a\r\nb: c");
        let mut half = Vec::new();
        reply.write(&mut half, false).unwrap();
        let half = String::from_utf8(half).unwrap();
        assert!(
            half.contains("content-length: 4\r\n") && half.ends_with("\r\n\r\nab"),
            "{half}"
        );
        assert!(half.contains("x: a  b: c\r\n"), "{half}");
        let mut blanks = Vec::new();
        let body = Body::Blanks {
            bytes: 100_000,
            declared: false,
        };
        HttpReply::new(200, "text/plain", body)
            .write(&mut blanks, true)
            .unwrap();
        assert!(blanks.len() > 100_000 && blanks.ends_with(b"  "));
        assert!(!String::from_utf8(blanks).unwrap().contains("content-length"));
    }
}
