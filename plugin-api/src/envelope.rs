//! The encoding of a message at the boundary: a small JSON head, and blobs without escaping.
//!
//! Unknown fields of the head are ignored and missing ones have defaults, so messages can grow without a change of the
//! binary interface. Prompts and rows are blobs.

use crate::error::{Error, ErrorKind, Result};
use rowsmith_abi::Buffer;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Encodes a head and its blobs.
pub fn encode<H: Serialize>(head: &H, blobs: &[&[u8]]) -> Result<Buffer> {
    let head = serde_json::to_vec(head)?;
    let total = 8 + head.len() + blobs.iter().map(|b| 4 + b.len()).sum::<usize>();
    let mut out = Vec::with_capacity(total);
    put_length(&mut out, head.len())?;
    out.extend_from_slice(&head);
    put_length(&mut out, blobs.len())?;
    for blob in blobs {
        put_length(&mut out, blob.len())?;
        out.extend_from_slice(blob);
    }
    Ok(Buffer::from(out))
}

/// Decodes a head and exactly `N` blobs. Further blobs, of a newer version, are ignored.
pub fn decode<H: DeserializeOwned, const N: usize>(bytes: &[u8]) -> Result<(H, [&[u8]; N])> {
    let mut reader = Reader { rest: bytes };
    let head_len = reader.length()?;
    let head = serde_json::from_slice(reader.take(head_len)?)?;
    let count = reader.length()?;
    if count < N {
        return Err(Error::new(ErrorKind::InvalidData, format!("a message with {count} blobs, expected {N}")));
    }
    let mut blobs = [&[][..]; N];
    for blob in &mut blobs {
        let len = reader.length()?;
        *blob = reader.take(len)?;
    }
    Ok((head, blobs))
}

/// Returns a blob as text.
pub fn text(blob: &[u8]) -> Result<String> {
    String::from_utf8(blob.to_vec())
        .map_err(|e| Error::new(ErrorKind::InvalidData, format!("a message that is not UTF-8: {e}")))
}

pub(crate) fn put_length(out: &mut Vec<u8>, length: usize) -> Result<()> {
    let length = u32::try_from(length)
        .map_err(|_| Error::new(ErrorKind::TooLarge, format!("a message part of {length} bytes exceeds 4 GiB")))?;
    out.extend_from_slice(&length.to_le_bytes());
    Ok(())
}

/// Reads lengths and slices from the start of a byte slice.
pub(crate) struct Reader<'a> {
    pub(crate) rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn length(&mut self) -> Result<usize> {
        Ok(self.u32()? as usize)
    }

    pub(crate) fn u32(&mut self) -> Result<u32> {
        let bytes = self.take(4)?;
        Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    pub(crate) fn u64(&mut self) -> Result<u64> {
        let low = u64::from(self.u32()?);
        let high = u64::from(self.u32()?);
        Ok(high << 32 | low)
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .rest
            .split_at_checked(count)
            .ok_or_else(|| Error::new(ErrorKind::InvalidData, "an incomplete message"))?;
        self.rest = rest;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn head_and_blobs_round_trip() {
        let bytes = encode(&"head", &[b"one", b"", b"three"]).unwrap();
        let (head, [one, empty]): (String, [&[u8]; 2]) = decode(&bytes).unwrap();
        assert_eq!((head.as_str(), one, empty), ("head", &b"one"[..], &b""[..]));
    }

    #[test]
    fn every_truncation_is_an_error() {
        let bytes = encode(&"head", &[b"one"]).unwrap();
        for cut in 0..bytes.len() {
            assert!(decode::<String, 1>(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }
}
