//! Requests, read from a connection.
//!
//! Sizes are bounded, so that a broken client cannot exhaust memory.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};

/// Maximum bytes of a request line or header field.
const MAX_LINE: u64 = 64 * 1024;
/// Maximum header fields of a request.
const MAX_HEADERS: usize = 200;
/// Maximum bytes of a request body.
const MAX_BODY: u64 = 64 * 1024 * 1024;

/// Header fields, with names in lower case. A repeated field keeps its last value.
pub(crate) type Headers = BTreeMap<String, String>;

/// A complete request.
#[derive(Debug)]
pub(crate) struct HttpRequest {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Headers,
    pub(crate) body: Vec<u8>,
}

impl HttpRequest {
    /// Reads the next request; none if the peer closed the connection.
    ///
    /// Calls `continues` if the peer waits for `100 Continue` before it sends the body.
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
        let mut headers = Headers::new();
        loop {
            let line = read_line(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| invalid("a header field has no colon"))?;
            headers.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
            if headers.len() > MAX_HEADERS {
                return Err(invalid("too many header fields"));
            }
        }
        if headers.get("expect").is_some_and(|expect| expect.eq_ignore_ascii_case("100-continue")) {
            continues()?;
        }
        let body = read_body(reader, &headers)?;
        Ok(Some(Self { method: method.to_owned(), target: target.to_owned(), headers, body }))
    }

    /// Returns the path without the query.
    pub(crate) fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |(path, _)| path)
    }

    /// Returns true if the peer wants the connection closed after the reply.
    pub(crate) fn wants_close(&self) -> bool {
        self.headers.get("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
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
    String::from_utf8(line).map(Some).map_err(|_| invalid("a header line is not UTF-8"))
}

fn read_body(reader: &mut impl BufRead, headers: &Headers) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    if headers.get("transfer-encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
        loop {
            let line = read_line(reader)?.ok_or(io::ErrorKind::UnexpectedEof)?;
            let size = line.split(';').next().unwrap_or_default().trim();
            let size = u64::from_str_radix(size, 16).map_err(|_| invalid("a chunk size is not a number"))?;
            read_exactly(reader, size, &mut body)?;
            // Trailer fields may follow the last chunk. An empty line ends them, as it ends every chunk.
            while read_line(reader)?.is_some_and(|line| size == 0 && !line.is_empty()) {}
            if size == 0 {
                return Ok(body);
            }
        }
    }
    if let Some(length) = headers.get("content-length") {
        let length = length.parse().map_err(|_| invalid("the content length is not a number"))?;
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
    if u64::try_from(read).ok() == Some(bytes) { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
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
    fn reads_bodies_with_length_and_chunks() {
        let cases = [
            ("length", "POST /a HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcrest", "abc"),
            (
                "chunks",
                "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
                "abc",
            ),
            ("trailer", "POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\n\r\n", "a"),
            ("none", "GET /a HTTP/1.1\r\nHost: x\r\n\r\n", ""),
        ];
        for (name, text, want) in cases {
            let request = read(text).unwrap().unwrap();
            assert_eq!(String::from_utf8(request.body).unwrap(), want, "{name}");
            assert_eq!(request.target, "/a", "{name}");
        }
        assert!(read("").unwrap().is_none(), "closed connection");
    }

    #[test]
    fn rejects_broken_requests() {
        let cases = [
            ("no HTTP", "hello\r\n\r\n"),
            ("cut head", "GET /a HTTP/1.1\r\nHost: x\r\n"),
            ("no colon", "GET /a HTTP/1.1\r\nHost\r\n\r\n"),
            ("cut body", "POST /a HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc"),
            ("too large", "POST /a HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n"),
            ("bad length", "POST /a HTTP/1.1\r\nContent-Length: -1\r\n\r\n"),
            ("bad chunk", "POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        ];
        for (name, text) in cases {
            assert!(read(text).is_err(), "{name}");
        }
    }
}
