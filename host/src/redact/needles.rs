//! Finds secrets and pieces of them in bytes: plain, in base64 and in hexadecimal digits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::Range;

/// Minimum length of a piece of a secret, in bytes.
const PIECE: usize = 8;
/// Base64 characters that eight bytes determine at every offset.
const BASE64_PIECE: usize = 10;
const HEX_PIECE: usize = 2 * PIECE;
/// Minimum number of different bytes in a piece: `--------` is not a piece of a key.
const MIN_DIFFERENT: usize = 4;

/// The parts of secrets to search for.
#[derive(Debug, Default)]
pub(super) struct Needles {
    /// Secrets that their pieces do not cover.
    whole: Vec<Vec<u8>>,
    plain: Pieces<PIECE>,
    base64: Pieces<BASE64_PIECE>,
    hex: Pieces<HEX_PIECE>,
}

impl Needles {
    pub(super) fn add(&mut self, secret: &str) {
        let private = private_parts(secret);
        let mut is_covered = private.len() == 1 && private.first() == Some(&secret);
        for part in private {
            let bytes = part.as_bytes();
            is_covered &= bytes.len() >= PIECE && bytes.windows(PIECE).all(is_varied);
            self.plain.add(bytes);
            self.hex.add(hex(bytes).as_bytes());
        }
        if !is_covered {
            self.whole.push(secret.as_bytes().to_vec());
        }
        for before in 0..3 {
            self.base64.add(base64_part(secret.as_bytes(), before).as_bytes());
        }
    }

    /// Appends the ranges of secrets and pieces in the bytes; ranges can overlap.
    pub(super) fn find(&self, bytes: &[u8], found: &mut Vec<Range<usize>>) {
        for secret in self.whole.iter().filter(|secret| !secret.is_empty()) {
            let starts = bytes.windows(secret.len()).enumerate().filter(|(_, window)| window == secret);
            found.extend(starts.map(|(at, _)| at..at + secret.len()));
        }
        self.plain.find(bytes, found);
        // Both alphabets of base64 have the same letters.
        let standard: Vec<u8> = bytes
            .iter()
            .map(|byte| match byte {
                b'-' => b'+',
                b'_' => b'/',
                other => *other,
            })
            .collect();
        self.base64.find(&standard, found);
        self.hex.find(&bytes.to_ascii_lowercase(), found);
    }
}

/// All pieces of one length.
#[derive(Debug)]
struct Pieces<const N: usize> {
    set: HashSet<[u8; N]>,
    /// For each pair of first bytes, whether a piece begins with it.
    starts: Vec<bool>,
}

impl<const N: usize> Default for Pieces<N> {
    fn default() -> Self {
        Self { set: HashSet::new(), starts: vec![false; 1 << 16] }
    }
}

impl<const N: usize> Pieces<N> {
    fn add(&mut self, secret: &[u8]) {
        for piece in secret.windows(N).filter(|piece| is_varied(piece)) {
            if let (Ok(piece), Some(start)) = (<[u8; N]>::try_from(piece), self.starts.get_mut(start_of(piece))) {
                self.set.insert(piece);
                *start = true;
            }
        }
    }

    fn find(&self, bytes: &[u8], found: &mut Vec<Range<usize>>) {
        if self.set.is_empty() {
            return;
        }
        for (at, window) in bytes.windows(N).enumerate() {
            let may_match = self.starts.get(start_of(window)).is_some_and(|start| *start);
            if may_match && self.set.contains(window) {
                match found.last_mut().filter(|last| last.end >= at && last.start <= at) {
                    Some(last) => last.end = last.end.max(at + N),
                    None => found.push(at..at + N),
                }
            }
        }
    }
}

fn start_of(piece: &[u8]) -> usize {
    piece.iter().take(2).fold(0, |start, byte| start << 8 | usize::from(*byte))
}

fn is_varied(piece: &[u8]) -> bool {
    piece.iter().collect::<HashSet<_>>().len() >= MIN_DIFFERENT
}

/// Returns the parts of a secret whose pieces are secret. In an address they are the user, the password and the values of
/// the query: the name of a host is part of many messages.
fn private_parts(secret: &str) -> Vec<&str> {
    let Some((_, rest)) = secret.split_once("://").filter(|(scheme, _)| scheme.len() < 20) else { return vec![secret] };
    let (authority, query) = rest.split_once('?').unwrap_or((rest, ""));
    let authority = authority.split('/').next().unwrap_or_default();
    let user = authority.rsplit_once('@').map_or("", |(user, _)| user).split(':');
    let values = query.split('&').filter_map(|pair| pair.split_once('=').map(|(_, value)| value));
    user.chain(values).filter(|part| !part.is_empty()).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    })
}

/// Returns the base64 characters that depend on the secret alone, when it follows `before` other bytes (modulo 3), as a
/// key follows the user name in Basic authorization.
fn base64_part(secret: &[u8], before: usize) -> String {
    let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(secret.iter().copied()).collect();
    let (first, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
    STANDARD_NO_PAD.encode(&bytes).chars().take(end).skip(first).collect()
}
