//! Encodes and decodes stored answers. Pure.
//!
//! A record holds the version of its format, its full key and a checksum: a store that confuses keys or loses bits is
//! detected here, and counts as a cache miss, never as an answer.

use super::question::RowKey;
use serde::{Deserialize, Serialize};

/// Starts the record of an accepted answer; the digit is the version of the format.
const ACCEPTED: &[u8; 4] = b"RSA1";
/// Starts the record of an answer whose check has not ended. Hosts that do not know it ask the row again.
const HELD: &[u8; 4] = b"RSH1";
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
    /// The text that many rows of the call got, for an answer whose check has not ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspected: Option<SuspectedText>,
}

/// A text that many rows of a call got.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SuspectedText {
    /// Key of the output column.
    pub column: String,
    /// The normalized text.
    pub text: String,
}

/// A decoded record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record<'a> {
    /// The provenance, as JSON text.
    pub meta: &'a str,
    /// The answer, as JSON text.
    pub answer: &'a str,
    /// False for an answer whose check has not ended.
    pub is_accepted: bool,
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

/// Encodes a record.
pub fn encode(key: &RowKey, record: &Record<'_>) -> Vec<u8> {
    let Record { meta, answer, is_accepted } = *record;
    let mut out = Vec::with_capacity(HEAD + meta.len() + answer.len());
    out.extend_from_slice(if is_accepted { ACCEPTED } else { HELD });
    out.extend_from_slice(&key.0);
    out.extend_from_slice(&checksum(key, meta.as_bytes(), answer.as_bytes(), is_accepted).to_le_bytes());
    out.extend_from_slice(&u32::try_from(meta.len()).unwrap_or(0).to_le_bytes());
    out.extend_from_slice(meta.as_bytes());
    out.extend_from_slice(answer.as_bytes());
    out
}

/// Decodes the record stored under `key`.
pub fn decode<'a>(key: &RowKey, bytes: &'a [u8]) -> Result<Record<'a>, Damage> {
    let (head, rest) = bytes.split_first_chunk::<HEAD>().ok_or(Damage::Format)?;
    let is_accepted = head[..4] == ACCEPTED[..];
    if !is_accepted && head[..4] != HELD[..] {
        return Err(Damage::Format);
    }
    if head[4..36] != key.0 {
        return Err(Damage::WrongKey);
    }
    let sum = u32::from_le_bytes([head[36], head[37], head[38], head[39]]);
    let meta_len = u32::from_le_bytes([head[40], head[41], head[42], head[43]]) as usize;
    let (meta, answer) = rest.split_at_checked(meta_len).ok_or(Damage::Checksum)?;
    if checksum(key, meta, answer, is_accepted) != sum {
        return Err(Damage::Checksum);
    }
    let text = |bytes| std::str::from_utf8(bytes).map_err(|_| Damage::Checksum);
    Ok(Record { meta: text(meta)?, answer: text(answer)?, is_accepted })
}

fn checksum(key: &RowKey, meta: &[u8], answer: &[u8], is_accepted: bool) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    if !is_accepted {
        hasher.update(HELD);
    }
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
        for is_accepted in [true, false] {
            let record = Record { meta: "{}", answer: r#"{"t":"é"}"#, is_accepted };
            assert_eq!(decode(&KEY, &encode(&KEY, &record)), Ok(record));
        }
    }

    #[test]
    fn a_held_answer_does_not_become_an_accepted_one() {
        let mut bytes = encode(&KEY, &Record { meta: "{}", answer: "{}", is_accepted: false });
        bytes[..4].copy_from_slice(ACCEPTED);
        assert_eq!(decode(&KEY, &bytes), Err(Damage::Checksum));
    }

    #[test]
    fn any_changed_byte_and_any_cut_is_found() {
        let record = Record { meta: r#"{"model":"m"}"#, answer: r#"{"t":"answer"}"#, is_accepted: true };
        let whole = encode(&KEY, &record);
        for at in 0..whole.len() {
            let mut copy = whole.clone();
            copy[at] ^= 0x20;
            assert!(decode(&KEY, &copy).is_err(), "byte {at}");
            assert!(decode(&KEY, &whole[..at]).is_err(), "cut at {at}");
        }
        assert_eq!(decode(&RowKey([8; 32]), &whole), Err(Damage::WrongKey));
    }
}
