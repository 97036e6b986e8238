//! Encodes messages between the host and a plugin's process: a length, a kind, two numbers, and bytes.

use std::io::{self, Read};

/// Maximum size of a message in bytes; the largest chunks and answers are far smaller.
pub const MAX_BYTES: usize = 256 << 20;
/// The kind, the id and the number.
const HEAD: usize = 1 + 8 + 4;
/// The offset of the kind, after the length.
const LENGTH: usize = 4;

/// The kind of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Kind {
    /// To the child, first: the plugin to open, as JSON.
    Start = 1,
    /// To the child: call the method `number`.
    Call = 2,
    /// To the child: the call was cancelled.
    Cancel = 3,
    /// To the child: a service's result.
    ServiceOk = 4,
    /// To the child: a service's error.
    ServiceErr = 5,
    /// To the child: the run is stopping.
    Stopping = 6,
    /// To the child, last: drop the plugin and end.
    End = 7,
    /// To the host: a call's result; for call 0, the plugin was created.
    Ok = 16,
    /// To the host: a call's error; for call 0, the plugin was not created.
    Err = 17,
    /// To the host: the cancelled call has released its thread.
    Cancelled = 18,
    /// To the host: call the service `number`.
    Service = 19,
    /// To the host: the service call was cancelled.
    ServiceCancel = 20,
    /// To the host: a log record of level `number`; the first `id` bytes are its target.
    Log = 21,
}

impl Kind {
    const ALL: [Self; 13] = [
        Self::Start,
        Self::Call,
        Self::Cancel,
        Self::ServiceOk,
        Self::ServiceErr,
        Self::Stopping,
        Self::End,
        Self::Ok,
        Self::Err,
        Self::Cancelled,
        Self::Service,
        Self::ServiceCancel,
        Self::Log,
    ];

    fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// One message.
#[derive(Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its kind.
    pub kind: Kind,
    /// The call, or the length of a log record's target.
    pub id: u64,
    /// The method or service, or the level of a log record.
    pub number: u32,
    /// The content.
    pub payload: Vec<u8>,
}

/// Returns the bytes of a message; `None` when it is too long.
pub fn encode(kind: Kind, id: u64, number: u32, payload: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(HEAD + payload.len()).ok().filter(|_| payload.len() <= MAX_BYTES)?;
    let mut bytes = Vec::with_capacity(LENGTH + HEAD + payload.len());
    bytes.extend_from_slice(&length.to_le_bytes());
    bytes.push(kind as u8);
    bytes.extend_from_slice(&id.to_le_bytes());
    bytes.extend_from_slice(&number.to_le_bytes());
    bytes.extend_from_slice(payload);
    Some(bytes)
}

/// Reads the next message; `None` when the other side has ended, even in the middle of a message.
///
/// # Errors
/// When the bytes are not a message, or reading fails.
pub fn read(source: &mut impl Read) -> io::Result<Option<Frame>> {
    let mut length = [0; LENGTH];
    if !fill(source, &mut length)? {
        return Ok(None);
    }
    let wrong = |what: String| io::Error::new(io::ErrorKind::InvalidData, what);
    let length = u32::from_le_bytes(length) as usize;
    if !(HEAD..=HEAD + MAX_BYTES).contains(&length) {
        return Err(wrong(format!("a message of {length} bytes")));
    }
    let mut head = [0; HEAD];
    if !fill(source, &mut head)? {
        return Ok(None);
    }
    let [kind, id @ .., n0, n1, n2, n3] = head;
    let kind = Kind::from_byte(kind).ok_or_else(|| wrong(format!("a message of kind {kind}")))?;
    let wanted = length - HEAD;
    // Grows as bytes arrive, so that a wrong length costs no memory.
    let mut payload = Vec::with_capacity(wanted.min(1 << 20));
    source.take(wanted as u64).read_to_end(&mut payload)?;
    let (id, number) = (u64::from_le_bytes(id), u32::from_le_bytes([n0, n1, n2, n3]));
    Ok((payload.len() == wanted).then_some(Frame { kind, id, number, payload }))
}

/// Fills the buffer; false when the source ends first.
fn fill(source: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match source.read_exact(bytes) {
        Ok(()) => Ok(true),
        Err(error) if ends(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

/// A process that is killed with unread bytes resets the connection.
fn ends(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_all(mut bytes: &[u8]) -> io::Result<Vec<Frame>> {
        std::iter::from_fn(|| read(&mut bytes).transpose()).collect()
    }

    #[test]
    fn messages_come_out_as_they_went_in() {
        let mut bytes = Vec::new();
        for kind in Kind::ALL {
            bytes.extend(encode(kind, u64::MAX - 1, 70_000, &[kind as u8; 300]).unwrap());
        }
        bytes.extend(encode(Kind::End, 0, 0, &[]).unwrap());
        let frames = read_all(&bytes).unwrap();
        assert_eq!(frames.len(), Kind::ALL.len() + 1);
        for (frame, kind) in frames.iter().zip(Kind::ALL) {
            assert_eq!(*frame, Frame { kind, id: u64::MAX - 1, number: 70_000, payload: vec![kind as u8; 300] });
        }
    }

    #[test]
    fn a_message_that_is_cut_anywhere_is_an_end_and_no_error() {
        let bytes = encode(Kind::Call, 7, 21, b"payload").unwrap();
        for cut in 0..bytes.len() {
            assert_eq!(read_all(&bytes[..cut]).unwrap(), [], "cut at {cut}");
        }
    }

    #[test]
    fn what_is_no_message_is_an_error() {
        let error = read_all(b"Hello, world! This is a plugin that prints.").unwrap_err();
        assert_eq!(error.to_string(), "a message of 1819043144 bytes");
        let mut unknown = encode(Kind::Log, 1, 1, b"x").unwrap();
        unknown[4] = 99;
        assert_eq!(read_all(&unknown).unwrap_err().to_string(), "a message of kind 99");
        let short = [5, 0, 0, 0, 1, 1, 1, 1, 1];
        assert_eq!(read_all(&short).unwrap_err().to_string(), "a message of 5 bytes");
    }

    #[test]
    fn a_message_over_the_limit_is_not_sent() {
        assert_eq!(encode(Kind::Call, 1, 1, &vec![0; MAX_BYTES + 1]), None);
    }
}
