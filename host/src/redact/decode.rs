//! Decodes the escapes of JSON, URLs and HTML, and keeps the positions.

/// Bytes, and for each of them the position in the original text; the last position is its end.
pub(super) struct View {
    pub(super) bytes: Vec<u8>,
    positions: Vec<usize>,
}

impl View {
    /// Decodes every escape of a text once. `None` if there is none.
    pub(super) fn of(text: &[u8]) -> Option<Self> {
        decode(text, |at| at)
    }

    /// Decodes the escapes that the decoded escapes were part of.
    pub(super) fn next(&self) -> Option<Self> {
        decode(&self.bytes, |at| self.original(at))
    }

    /// Returns the position of a decoded byte in the original text.
    pub(super) fn original(&self, at: usize) -> usize {
        self.positions.get(at).or(self.positions.last()).copied().unwrap_or_default()
    }
}

fn decode(text: &[u8], original: impl Fn(usize) -> usize) -> Option<View> {
    if !text.iter().any(|byte| matches!(byte, b'%' | b'\\' | b'&')) {
        return None;
    }
    let mut view = View { bytes: Vec::with_capacity(text.len()), positions: Vec::with_capacity(text.len() + 1) };
    let mut found = false;
    let mut at = 0;
    let mut buffer = [0; 4];
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let (decoded, length): (&[u8], usize) = match escape(rest) {
            Some((Unescaped::Byte(byte), length)) => {
                buffer[0] = byte;
                (&buffer[..1], length)
            }
            Some((Unescaped::Char(c), length)) => (c.encode_utf8(&mut buffer).as_bytes(), length),
            None => (&rest[..1], 1),
        };
        found |= length > 1;
        for byte in decoded {
            view.bytes.push(*byte);
            view.positions.push(original(at));
        }
        at += length;
    }
    view.positions.push(original(at));
    found.then_some(view)
}

enum Unescaped {
    Byte(u8),
    Char(char),
}

/// Returns what the escape at the start of `text` stands for, and its length.
fn escape(text: &[u8]) -> Option<(Unescaped, usize)> {
    match *text.first()? {
        b'%' => Some((Unescaped::Byte(u8::try_from(number(text.get(1..3)?, 16)?).ok()?), 3)),
        b'\\' => backslash(text),
        b'&' => reference(text),
        _ => None,
    }
}

fn backslash(text: &[u8]) -> Option<(Unescaped, usize)> {
    let byte = |byte| Some((Unescaped::Byte(byte), 2));
    match *text.get(1)? {
        b'u' if text.get(2) == Some(&b'{') => {
            let end = text.iter().take(11).position(|byte| *byte == b'}')?;
            Some((Unescaped::Char(char::from_u32(number(text.get(3..end)?, 16)?)?), end + 1))
        }
        b'u' => {
            let unit = number(text.get(2..6)?, 16)?;
            if let Some(c) = char::from_u32(unit) {
                return Some((Unescaped::Char(c), 6));
            }
            let low =
                text.get(6..12).filter(|low| low.starts_with(b"\\u")).and_then(|low| number(low.get(2..)?, 16))?;
            let c = char::decode_utf16([u16::try_from(unit).ok()?, u16::try_from(low).ok()?]).next()?.ok()?;
            Some((Unescaped::Char(c), 12))
        }
        b'x' => Some((Unescaped::Byte(u8::try_from(number(text.get(2..4)?, 16)?).ok()?), 4)),
        b'n' => byte(b'\n'),
        b'r' => byte(b'\r'),
        b't' => byte(b'\t'),
        other @ (b'"' | b'\'' | b'/' | b'\\') => byte(other),
        _ => None,
    }
}

fn reference(text: &[u8]) -> Option<(Unescaped, usize)> {
    let end = text.iter().take(12).position(|byte| *byte == b';')?;
    let c = match text.get(1..end)? {
        b"amp" => '&',
        b"lt" => '<',
        b"gt" => '>',
        b"quot" => '"',
        b"apos" => '\'',
        [b'#', b'x' | b'X', digits @ ..] => char::from_u32(number(digits, 16)?)?,
        [b'#', digits @ ..] => char::from_u32(number(digits, 10)?)?,
        _ => return None,
    };
    Some((Unescaped::Char(c), end + 1))
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    let text = std::str::from_utf8(digits).ok().filter(|text| !text.starts_with('+'))?;
    u32::from_str_radix(text, radix).ok()
}
