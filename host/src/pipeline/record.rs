//! Encodes and decodes stored answers. Pure.
//!
//! A record holds the version of its format, its full key and a checksum: a store that confuses keys or loses bits is
//! detected here, and counts as a cache miss, never as an answer.

use super::question::RowKey;
use serde::{Deserialize, Serialize};

/// Starts every record; the digit is the version of the format.
const MAGIC: &[u8; 4] = b"RSA1";
const HEAD: usize = 4 + 32 + 4 + 4;

/// The provenance stored with an answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct RecordMeta {
    /// The provider's name in the config.
    pub provider: String,
    /// The model that answered.
    pub model: String,
    /// The time of the response, in seconds since 1970.
    pub time: u64,
    /// The row's share of the input tokens of the call.
    pub input_tokens: Option<u64>,
    /// The row's share of the output tokens of the call.
    pub output_tokens: Option<u64>,
    /// The digest of the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
}

/// The damage of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// The record has no known format version.
    #[error("it is not in a format that is known here")]
    Format,
    /// The record belongs to another key.
    #[error("it is stored under the wrong key")]
    WrongKey,
    /// The bytes have changed.
    #[error("its checksum does not match")]
    Checksum,
}

/// Encodes a record. `meta` is JSON text, the same for all rows of a call.
pub fn encode(key: &RowKey, meta: &str, answer: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEAD + meta.len() + answer.len());
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&key.0);
    out.extend_from_slice(&checksum(key, meta.as_bytes(), answer.as_bytes()).to_le_bytes());
    out.extend_from_slice(&u32::try_from(meta.len()).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(meta.as_bytes());
    out.extend_from_slice(answer.as_bytes());
    out
}

/// Decodes the record stored under `key`; returns its provenance and its answer.
pub fn decode<'a>(key: &RowKey, bytes: &'a [u8]) -> Result<(&'a str, &'a str), Damage> {
    let (head, rest) = bytes.split_first_chunk::<HEAD>().ok_or(Damage::Format)?;
    if head[..4] != MAGIC[..] {
        return Err(Damage::Format);
    }
    if head[4..36] != key.0 {
        return Err(Damage::WrongKey);
    }
    let sum = u32::from_le_bytes([head[36], head[37], head[38], head[39]]);
    let meta_len = u32::from_le_bytes([head[40], head[41], head[42], head[43]]) as usize;
    let (meta, answer) = rest.split_at_checked(meta_len).ok_or(Damage::Checksum)?;
    if checksum(key, meta, answer) != sum {
        return Err(Damage::Checksum);
    }
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| Damage::Checksum);
    Ok((text(meta)?, text(answer)?))
}

fn checksum(key: &RowKey, meta: &[u8], answer: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&key.0);
    hasher.update(&(meta.len() as u64).to_le_bytes());
    hasher.update(meta);
    hasher.update(answer);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: RowKey = RowKey([7; 32]);

    #[test]
    fn an_answer_comes_back() {
        assert_eq!(decode(&KEY, &encode(&KEY, "{}", r#"{"t":"é"}"#)), Ok(("{}", r#"{"t":"é"}"#)));
    }

    #[test]
    fn any_changed_byte_and_any_cut_is_found() {
        let whole = encode(&KEY, r#"{"model":"m"}"#, r#"{"t":"answer"}"#);
        for at in 0..whole.len() {
            let mut copy = whole.clone();
            copy[at] ^= 0x20;
            assert!(decode(&KEY, &copy).is_err(), "byte {at}");
            assert!(decode(&KEY, &whole[..at]).is_err(), "cut at {at}");
        }
        assert_eq!(decode(&RowKey([8; 32]), &whole), Err(Damage::WrongKey));
    }
}
