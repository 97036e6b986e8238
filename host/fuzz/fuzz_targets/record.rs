//! Values of the cache.
//!
//! Promises that are checked: what is written comes back; it comes back under its own key only; a flipped bit is
//! found; bytes that are accepted are the ones that would be written.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rowsmith::pipeline::question::RowKey;
use rowsmith::pipeline::record::{Damage, decode, encode};

fuzz_target!(|input: ([u8; 32], &str, &str, u32, &[u8])| {
    let (key, meta, answer, place, foreign) = input;
    let key = RowKey(key);
    let written = encode(&key, meta, answer);
    assert_eq!(decode(&key, &written), Ok((meta, answer)));

    let mut other = key;
    other.0[place as usize % 32] ^= 1;
    assert_eq!(decode(&other, &written), Err(Damage::WrongKey));

    let bit = place as usize % (written.len() * 8);
    let mut damaged = written;
    damaged[bit / 8] ^= 1 << (bit % 8);
    assert!(decode(&key, &damaged).is_err(), "bit {bit} is flipped, and nobody notices");

    if let Ok((meta, answer)) = decode(&key, foreign) {
        assert_eq!(encode(&key, meta, answer), foreign);
    }
});
