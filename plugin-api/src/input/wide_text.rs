//! Recognizes text of two or four bytes per character by its bytes.

/// Minimum bytes that identify an encoding without a byte order mark.
const MIN_BYTES: usize = 8;

/// An encoding with code units of two or four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WideText {
    /// UTF-16, little-endian.
    Utf16Le,
    /// UTF-16, big-endian.
    Utf16Be,
    /// UTF-32 in either byte order, which no scraper reads.
    Utf32,
}

impl WideText {
    /// Recognizes the encoding of a text by its first bytes: by the byte order mark, else by the places of zero bytes.
    /// `None` for all other text.
    pub fn of(head: &[u8]) -> Option<Self> {
        match head {
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Some(Self::Utf32),
            [0xff, 0xfe, ..] => Some(Self::Utf16Le),
            [0xfe, 0xff, ..] => Some(Self::Utf16Be),
            _ => Self::without_mark(head),
        }
    }

    /// Returns whether the text starts with a byte order mark of UTF-16 or UTF-32.
    pub fn has_mark(head: &[u8]) -> bool {
        matches!(head, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 0, 0xfe, 0xff, ..])
    }

    /// Recognizes the encoding of a text without a byte order mark.
    pub fn without_mark(head: &[u8]) -> Option<Self> {
        if head.len() < MIN_BYTES {
            return None;
        }
        let zeros = zeros_by_place(head);
        let quarter = head.len() / 4;
        if is_utf32(zeros, quarter) {
            return Some(Self::Utf32);
        }
        let (even, odd) = (zeros[0] + zeros[2], zeros[1] + zeros[3]);
        let units = head.len() / 2;
        match (even, odd) {
            (0, odd) if is_wide(head, odd, units, u16::from_le_bytes) => Some(Self::Utf16Le),
            (even, 0) if is_wide(head, even, units, u16::from_be_bytes) => Some(Self::Utf16Be),
            _ => None,
        }
    }

    /// The name of the encoding, as in `encoding = "…"` of the CSV scraper; for UTF-32 the family.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Utf32 => "utf-32",
        }
    }
}

/// Numbers of zero bytes at each of four places.
fn zeros_by_place(head: &[u8]) -> [usize; 4] {
    let mut zeros = [0; 4];
    for unit in head.chunks_exact(4) {
        for (zeros, byte) in zeros.iter_mut().zip(unit) {
            *zeros += usize::from(*byte == 0);
        }
    }
    for (zeros, byte) in zeros.iter_mut().zip(head.chunks_exact(4).remainder()) {
        *zeros += usize::from(*byte == 0);
    }
    zeros
}

/// Text of four bytes per character has two zero bytes in each, and the third in Latin scripts.
fn is_utf32(zeros: [usize; 4], quarter: usize) -> bool {
    let little = zeros[0] == 0 && zeros[2] >= quarter && zeros[3] >= quarter;
    let big = zeros[3] == 0 && zeros[0] >= quarter && zeros[1] >= quarter;
    little || big
}

/// Returns whether zero bytes, which stand at one of two places only, belong to code units. They are in most units for
/// Latin scripts. In other scripts they are in line ends and delimiters, and the bytes are no readable text.
fn is_wide(head: &[u8], zeros: usize, units: usize, unit: fn([u8; 2]) -> u16) -> bool {
    if zeros == 0 {
        return false;
    }
    if zeros * 5 >= units * 2 {
        return true;
    }
    let text: Vec<u16> = head.chunks_exact(2).filter_map(|pair| Some(unit(pair.try_into().ok()?))).collect();
    let has = |wanted: &[u8]| text.iter().any(|unit| wanted.iter().any(|byte| *unit == u16::from(*byte)));
    !is_readable(head) && has(b"\n\r") && has(b",;\t|\":") && is_utf16(&text)
}

/// Returns whether the bytes are UTF-8 with hardly any control characters.
fn is_readable(head: &[u8]) -> bool {
    let is_utf8 = std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    let is_control = |byte: &&u8| byte.is_ascii_control() && !matches!(byte, 0 | b'\t' | b'\n' | b'\r');
    is_utf8 && head.iter().filter(is_control).count() * 20 < head.len()
}

/// Returns whether surrogates are paired; one at the end may be cut off.
fn is_utf16(text: &[u16]) -> bool {
    let mut decoded = char::decode_utf16(text.iter().copied());
    match decoded.position(|letter| letter.is_err()) {
        None => true,
        Some(_) => decoded.next().is_none() && text.last().is_some_and(|unit| (0xd800..0xdc00).contains(unit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &str, big_endian: bool) -> Vec<u8> {
        let bytes = |unit: u16| if big_endian { unit.to_be_bytes() } else { unit.to_le_bytes() };
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf16_is_recognized_without_a_mark() {
        for text in [
            "name,text\r\nLamp,Warm light\r\n",
            "name\ttext\nLamp\tWarm\n",
            "name;text\rLamp;Warm\r",
            "{\"a\": 1}\n",
            "品名,説明\r\n電球,暖かい光の電球です\r\n",
            "имя;текст\nлампа;тёплый свет\n",
            "id,é🦀\n1,🦀",
        ] {
            assert_eq!(WideText::of(&encoded(text, false)), Some(WideText::Utf16Le), "{text:?}");
            assert_eq!(WideText::of(&encoded(text, true)), Some(WideText::Utf16Be), "{text:?}");
            let odd = encoded(text, false);
            let cut = odd.get(..odd.len() - 1).unwrap_or_default();
            assert_eq!(WideText::of(cut), Some(WideText::Utf16Le), "{text:?} cut off");
            assert_eq!(WideText::of(text.as_bytes()), None, "{text:?} in UTF-8");
        }
    }

    #[test]
    fn other_bytes_are_not_wide() {
        let cases: [(&str, &[u8]); 6] = [
            ("empty", b""),
            ("short", b"a\0"),
            ("zero bytes in cells", b"a,b\n\0,x\0\n"),
            ("a column of zero bytes", b"id,text\n1,\0\n2,\0\n3,\0\n"),
            ("Shift_JIS", b"\x95\x69\x96\xbc,\x90\xe0\x96\xbe\r\n"),
            ("zeros", &[0; 16]),
        ];
        for (name, bytes) in cases {
            assert_eq!(WideText::of(bytes), None, "{name}");
        }
    }

    #[test]
    fn utf32_is_named() {
        let little: Vec<u8> = "id,text\n1,a\n".chars().flat_map(|c| u32::from(c).to_le_bytes()).collect();
        let big: Vec<u8> = "id,text\n1,a\n".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
        for bytes in [little, big, b"\xff\xfe\0\0a\0\0\0".to_vec()] {
            assert_eq!(WideText::of(&bytes), Some(WideText::Utf32));
        }
    }
}
