//! Encodes and decodes values of the cache.
//!
//! Properties: a value round-trips, under its own key only; every flipped bit is detected; accepted bytes are the bytes
//! that encoding produces.

use arbitrary::{Arbitrary, Unstructured};
use rowsmith::pipeline::question::RowKey;
use rowsmith::pipeline::record::{Damage, Record, decode, encode};

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    type Input<'a> = ([u8; 32], &'a str, &'a str, u32, &'a [u8]);
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(bytes)) else { return };
    let (key, meta, answer, place, foreign) = input;
    let key = RowKey(key);
    let record = Record { meta, answer, is_accepted: place % 2 == 0 };
    let written = encode(&key, &record);
    assert_eq!(decode(&key, &written), Ok(record));

    let mut other = key;
    other.0[place as usize % 32] ^= 1;
    assert_eq!(decode(&other, &written), Err(Damage::WrongKey));

    let bit = place as usize % (written.len() * 8);
    let mut damaged = written;
    damaged[bit / 8] ^= 1 << (bit % 8);
    assert!(decode(&key, &damaged).is_err(), "the flipped bit {bit} is not detected");

    if let Ok(record) = decode(&key, foreign) {
        assert_eq!(encode(&key, &record), foreign);
    }
}
