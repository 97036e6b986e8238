//! Reads the messages of a plugin's process.
//!
//! Properties: reading ends; messages encode to the bytes that they were read from.

use rowsmith::plugin::isolated::frame::{encode, read};

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let (mut rest, mut written) = (bytes, Vec::new());
    while let Ok(Some(frame)) = read(&mut rest) {
        let encoded = encode(frame.kind, frame.id, frame.number, &frame.payload);
        written.extend(encoded.expect("a message that was read is not too long"));
        assert!(bytes.starts_with(&written), "other bytes than were read");
    }
}
