//! The encoded form of keys, entries, values and changes at the boundary.

use super::{Change, Key};
use crate::envelope::{Reader, put_length};
use crate::error::{Error, ErrorKind, Result};
use std::time::Duration;

pub(crate) fn encode_keys(out: &mut Vec<u8>, keys: &[Key]) -> Result<()> {
    put_length(out, keys.len())?;
    out.extend(keys.iter().flatten());
    Ok(())
}

pub(crate) fn decode_keys(reader: &mut Reader<'_>) -> Result<Vec<Key>> {
    let count = reader.length()?;
    let bytes =
        count.checked_mul(32).ok_or_else(|| Error::new(ErrorKind::InvalidData, "the number of keys is too large"))?;
    let (keys, _) = reader.take(bytes)?.as_chunks::<32>();
    Ok(keys.to_vec())
}

pub(crate) fn encode_entries<'a>(
    out: &mut Vec<u8>,
    entries: impl ExactSizeIterator<Item = (&'a Key, &'a [u8])>,
) -> Result<()> {
    put_length(out, entries.len())?;
    for (key, value) in entries {
        out.extend_from_slice(key);
        put_length(out, value.len())?;
        out.extend_from_slice(value);
    }
    Ok(())
}

pub(crate) fn decode_entries(mut reader: Reader<'_>) -> Result<Vec<(Key, Vec<u8>)>> {
    let count = reader.length()?;
    let mut entries = Vec::with_capacity(count.min(65_536));
    for _ in 0..count {
        entries.push((decode_key(&mut reader)?, decode_value(&mut reader)?));
    }
    Ok(entries)
}

fn decode_key(reader: &mut Reader<'_>) -> Result<Key> {
    let mut key = [0; 32];
    key.copy_from_slice(reader.take(32)?);
    Ok(key)
}

fn decode_value(reader: &mut Reader<'_>) -> Result<Vec<u8>> {
    let len = reader.length()?;
    Ok(reader.take(len)?.to_vec())
}

/// Encodes a time to live in milliseconds.
pub(crate) fn encode_time_to_live(out: &mut Vec<u8>, time: Duration) {
    out.extend_from_slice(&u64::try_from(time.as_millis()).unwrap_or(u64::MAX).to_le_bytes());
}

pub(crate) fn decode_time_to_live(reader: &mut Reader<'_>) -> Result<Duration> {
    reader.u64().map(Duration::from_millis)
}

const PUT: u8 = 1;
const DELETE: u8 = 2;

pub(crate) fn encode_changes(changes: &[Change]) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    put_length(&mut out, changes.len())?;
    for change in changes {
        out.push(if matches!(change, Change::Put(..)) { PUT } else { DELETE });
        out.extend_from_slice(change.key());
        if let Change::Put(_, value) = change {
            put_length(&mut out, value.len())?;
            out.extend_from_slice(value);
        }
    }
    Ok(out)
}

pub(crate) fn decode_changes(bytes: &[u8]) -> Result<Vec<Change>> {
    let mut reader = Reader { rest: bytes };
    let count = reader.length()?;
    let mut changes = Vec::with_capacity(count.min(65_536));
    for _ in 0..count {
        let kind = reader.take(1)?.first().copied();
        let key = decode_key(&mut reader)?;
        changes.push(match kind {
            Some(PUT) => Change::Put(key, decode_value(&mut reader)?),
            Some(DELETE) => Change::Delete(key),
            _ => return Err(Error::new(ErrorKind::InvalidData, "an unknown kind of change")),
        });
    }
    Ok(changes)
}

/// Length that marks a missing value.
const MISS: u32 = u32::MAX;

pub(crate) fn encode_values(values: &[Option<Vec<u8>>]) -> Result<Vec<u8>> {
    let total = values.iter().map(|v| 4 + v.as_ref().map_or(0, Vec::len)).sum();
    let mut out = Vec::with_capacity(total);
    for value in values {
        match value {
            None => out.extend_from_slice(&MISS.to_le_bytes()),
            Some(bytes) => {
                put_length(&mut out, bytes.len())?;
                out.extend_from_slice(bytes);
            }
        }
    }
    Ok(out)
}

/// Decodes looked-up values without copying them.
pub(crate) fn decode_values(bytes: &[u8], count: usize) -> Result<Vec<Option<&[u8]>>> {
    let mut reader = Reader { rest: bytes };
    let mut values = Vec::with_capacity(count);
    while !reader.rest.is_empty() {
        values.push(match reader.u32()? {
            MISS => None,
            len => Some(reader.take(len as usize)?),
        });
    }
    expect_count("value", values.len(), count)?;
    Ok(values)
}

/// Fails unless a reply has one item for each requested key.
pub(crate) fn expect_count(item: &str, found: usize, keys: usize) -> Result<()> {
    if found == keys {
        return Ok(());
    }
    let counted = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let message = format!("{} for {}", counted(found, item), counted(keys, "key"));
    Err(Error::new(ErrorKind::InvalidData, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_number_of_values_is_counted() {
        let values = |count: usize| encode_values(&vec![Some(b"v".to_vec()); count]).unwrap();
        for (found, keys, expected) in [
            (1, 2, Some("1 value for 2 keys")),
            (0, 1, Some("0 values for 1 key")),
            (3, 1, Some("3 values for 1 key")),
            (2, 2, None),
            (0, 0, None),
        ] {
            let error = decode_values(&values(found), keys).err();
            assert_eq!(error.as_ref().map(|error| error.message.as_str()), expected);
            assert!(error.is_none_or(|error| error.kind == ErrorKind::InvalidData));
        }
        // A reply that ends within a value is no count.
        assert!(decode_values(&values(2)[..7], 2).unwrap_err().message.find(" for ").is_none());
    }

    #[test]
    fn changes_survive_the_boundary() {
        let changes =
            vec![Change::Put([1; 32], b"value".to_vec()), Change::Delete([2; 32]), Change::Put([3; 32], Vec::new())];
        let bytes = encode_changes(&changes).unwrap();
        assert_eq!(decode_changes(&bytes), Ok(changes));
        for end in 0..bytes.len() {
            assert_eq!(decode_changes(&bytes[..end]).unwrap_err().kind, ErrorKind::InvalidData, "cut at {end}");
        }
        let mut other = bytes;
        other[4] = 9;
        assert_eq!(decode_changes(&other).unwrap_err().message, "an unknown kind of change");
    }
}
