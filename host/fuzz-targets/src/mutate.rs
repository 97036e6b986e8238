//! Changed copies of inputs, for replays without a fuzzing engine.

/// Values that are often at a limit.
const BYTES: [u8; 12] = [0, 1, 0x7f, 0x80, 0xff, b'"', b'{', b'[', b'\n', b'\\', b'0', b','];

/// Changes an input at one to four places. Equal generators make equal changes.
pub fn mutate(random: &mut fastrand::Rng, input: &mut Vec<u8>) {
    for _ in 0..random.usize(1..=4) {
        let at = random.usize(0..=input.len());
        match random.u8(0..7) {
            0 => input.truncate(at),
            1 => input.insert(at, BYTES[random.usize(0..BYTES.len())]),
            2 if at < input.len() => drop(input.remove(at)),
            3 if at < input.len() => input[at] = BYTES[random.usize(0..BYTES.len())],
            4 if at < input.len() => input[at] ^= 1 << random.u8(0..8),
            // Repeats a part.
            5 => {
                let end = (at + random.usize(0..=64)).min(input.len());
                let part = input[at..end].to_vec();
                input.splice(at..at, part);
            }
            // Removes a part.
            _ => {
                let end = (at + random.usize(0..=16)).min(input.len());
                drop(input.drain(at..end));
            }
        }
    }
}
