//! HTML's character references.

/// The longest reference that is looked at.
const LONGEST: usize = 12;
/// Those that people and editors write; any other stays as it is.
const NAMED: [(&str, char); 22] = [
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("hellip", '…'),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("times", '×'),
    ("deg", '°'),
    ("middot", '·'),
    ("bull", '•'),
    ("rarr", '→'),
    ("larr", '←'),
];

/// Reads the reference that `text` begins with: the character and what follows.
pub(super) fn read(text: &str) -> Option<(char, &str)> {
    let rest = text.strip_prefix('&')?;
    let end = rest.bytes().take(LONGEST).position(|byte| byte == b';')?;
    let (name, rest) = rest.split_at_checked(end)?;
    Some((decode(name)?, rest.strip_prefix(';')?))
}

fn decode(name: &str) -> Option<char> {
    let Some(number) = name.strip_prefix('#') else {
        return NAMED.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter);
    };
    let code = match number.strip_prefix(['x', 'X']) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => number.parse().ok()?,
    };
    char::from_u32(code).filter(|letter| !letter.is_control())
}

/// A text with all its references read.
pub(super) fn decode_all(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let (letter, after) = read(rest).unwrap_or_else(|| {
            let mut letters = rest.chars();
            letters.next();
            (letter, letters.as_str())
        });
        out.push(letter);
        rest = after;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::decode_all;

    #[test]
    fn references() {
        let cases = [
            ("a &amp; b &lt;c&gt;", "a & b <c>"),
            ("&#39;&#x2019;", "'’"),
            ("R&D; &unknown; & &;", "R&D; &unknown; & &;"),
            ("&#0;&#xD800;&#99999999;", "&#0;&#xD800;&#99999999;"),
            ("&é;", "&é;"),
        ];
        for (text, decoded) in cases {
            assert_eq!(decode_all(text), decoded);
        }
    }
}
