//! Removal of secrets in all their encodings: plain, escaped in JSON (also nested), percent-encoded, and base64.

use crate::redact::{REDACTED, Redactor};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use regex::bytes::{NoExpand, Regex, RegexBuilder};
use rowsmith_plugin_api::record_replay::Scrub;
use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

/// Maximum size of the pattern; enough for secrets of many kilobytes, such as certificates.
const MAX_PATTERN_SIZE: usize = 256 << 20;

/// Removes the secrets of a run from bytes that are written or compared.
#[derive(Debug)]
pub struct Scrubber {
    redactor: Redactor,
    /// Further texts to remove.
    further: Vec<String>,
    /// The pattern and its secrets. Opening a plugin adds secrets.
    compiled: Mutex<(Vec<String>, Option<Regex>)>,
}

impl Scrubber {
    /// Creates a scrubber for the secrets of a redactor, with those that are added later.
    pub fn new(redactor: Redactor) -> Self {
        Self { redactor, further: Vec::new(), compiled: Mutex::new((Vec::new(), None)) }
    }

    /// Removes a further text.
    #[must_use]
    pub fn with(mut self, text: &str) -> Self {
        self.further.push(text.to_owned());
        self
    }

    /// Returns text without secrets.
    pub fn text(&self, text: &str) -> String {
        String::from_utf8_lossy(&self.scrub(text.as_bytes())).into_owned()
    }

    /// Returns the pattern of the current secrets, or an error when it is too large.
    fn pattern(&self) -> Result<Option<Regex>, regex::Error> {
        let mut secrets = self.redactor.secrets();
        secrets.extend(self.further.iter().cloned());
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if compiled.0 != secrets {
            let forms: Vec<String> = secrets.iter().flat_map(|secret| patterns(secret)).collect();
            *compiled = (secrets, Some(RegexBuilder::new(&forms.join("|")).size_limit(MAX_PATTERN_SIZE).build()?));
        }
        Ok(compiled.1.clone())
    }
}

impl Scrub for Scrubber {
    fn scrub<'a>(&self, bytes: &'a [u8]) -> Cow<'a, [u8]> {
        match self.pattern() {
            Ok(None) => Cow::Borrowed(bytes),
            Ok(Some(pattern)) => match pattern.replace_all(bytes, NoExpand(REDACTED.as_bytes())) {
                // Services also repeat pieces of a key.
                Cow::Borrowed(bytes) => self.redactor.clean_bytes(bytes),
                Cow::Owned(bytes) => Cow::Owned(self.redactor.clean_bytes(&bytes).into_owned()),
            },
            // Bytes that cannot be searched are not written.
            Err(_) => Cow::Borrowed(REDACTED.as_bytes()),
        }
    }
}

/// Returns the patterns of all encodings of a secret.
fn patterns(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned()];
    for before in 0..3 {
        forms.push(base64_part(secret, before, |bytes| STANDARD_NO_PAD.encode(bytes)));
        forms.push(base64_part(secret, before, |bytes| URL_SAFE_NO_PAD.encode(bytes)));
    }
    let longest_first = forms.iter().map(|form| form.chars().map(character).collect::<String>());
    let mut patterns: Vec<String> = longest_first.collect();
    patterns.dedup();
    patterns
}

/// Returns the base64 characters that depend on the secret alone, when it follows `before` other bytes (modulo 3), as a
/// key follows the user name in Basic authorization.
fn base64_part(secret: &str, before: usize, encode: impl Fn(&[u8]) -> String) -> String {
    let bytes: Vec<u8> = std::iter::repeat_n(0, before).chain(secret.bytes()).collect();
    let (first, end) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
    encode(&bytes).chars().take(end).skip(first).collect()
}

/// Returns the pattern of all encodings of a character.
fn character(c: char) -> String {
    let mut pattern = format!("(?:{}", regex::escape(c.encode_utf8(&mut [0; 4])));
    let mut add = |form: &str| {
        pattern.push('|');
        pattern.push_str(form);
    };
    let mut percent = String::new();
    for byte in c.encode_utf8(&mut [0; 4]).bytes() {
        // In repeated encoding, `%` is `%25`.
        write!(percent, "%(?:25)*{}", hex(u32::from(byte), 2)).unwrap_or_default();
    }
    add(&percent);
    let mut json = String::new();
    for unit in c.encode_utf16(&mut [0; 2]) {
        write!(json, r"\\+u{}", hex(u32::from(*unit), 4)).unwrap_or_default();
    }
    add(&json);
    match c {
        ' ' => add(r"\+"),
        '"' | '/' | '\'' => add(&format!(r"\\+{c}")),
        '\\' => add(r"\\+"),
        '\n' => add(r"\\+n"),
        '\r' => add(r"\\+r"),
        '\t' => add(r"\\+t"),
        _ => {}
    }
    pattern.push(')');
    pattern
}

/// Returns the pattern of a hexadecimal number in either case.
fn hex(number: u32, width: usize) -> String {
    let digit = |c: char| if c.is_ascii_digit() { c.to_string() } else { format!("[{c}{}]", c.to_ascii_uppercase()) };
    format!("{number:0width$x}").chars().map(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    const NASTY: [&str; 5] = [
        "sk-plain-123456",
        "q\"uo\\te/d 1%+&=?",
        "schl\u{fc}ssel-\u{1f511}-\u{20ac}",
        "line\nbreak\ttab",
        "++//++//??>>",
    ];

    fn percent(text: &str, keep: impl Fn(u8) -> bool) -> String {
        let encode = |byte: u8| if keep(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        text.bytes().map(encode).collect()
    }

    fn ascii_json(text: &str) -> String {
        let unit = |unit: u16| match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            _ => format!("\\u{unit:04X}"),
        };
        text.encode_utf16().map(unit).collect()
    }

    fn inner_json(text: &str) -> String {
        let quoted = serde_json::to_string(text).expect("JSON");
        quoted.trim_start_matches('"').strip_suffix('"').expect("quoted").to_owned()
    }

    #[test]
    fn every_encoding_of_a_secret_is_removed() {
        for secret in NASTY {
            let redactor = Redactor::default();
            redactor.add([secret.to_owned()]);
            let scrubber = Scrubber::new(redactor);
            let unreserved = percent(secret, |b| b.is_ascii_alphanumeric() || b"-._~".contains(&b));
            let json = inner_json(secret);
            let forms = [
                ("as it is", secret.to_owned()),
                ("percent", unreserved.clone()),
                ("percent, lower case", unreserved.to_lowercase().replace(&secret.to_lowercase(), secret)),
                ("every byte", percent(secret, |_| false)),
                ("percent twice", percent(&unreserved, |b| b.is_ascii_alphanumeric())),
                ("form", unreserved.replace("%20", "+")),
                ("JSON", json.clone()),
                ("JSON, slashes escaped", json.replace('/', "\\/")),
                ("JSON in JSON", inner_json(&json)),
                ("ASCII JSON", ascii_json(secret)),
            ];
            for (name, form) in forms {
                assert_eq!(scrubber.text(&format!("a{form}z")), "a[secret]z", "{secret:?} {name}: {form}");
            }
            for before in ["", "u", "us", "use", "user:"] {
                for text in
                    [STANDARD.encode(format!("{before}{secret}")), URL_SAFE_NO_PAD.encode(format!("{before}{secret}x"))]
                {
                    let clean = scrubber.text(&text);
                    assert!(clean.contains(REDACTED), "{secret:?} after {before:?}: {text} -> {clean}");
                    assert!(clean.len() <= before.len() * 2 + REDACTED.len() + 6, "{clean}");
                }
            }
        }
    }

    #[test]
    fn other_text_is_kept() {
        let redactor = Redactor::default();
        let scrubber = Scrubber::new(redactor.clone());
        let text = "sk-plan, $1 and %2B \\u0041";
        assert_eq!(scrubber.text(text), text, "no secret yet");
        redactor.add(NASTY.map(str::to_owned));
        assert_eq!(scrubber.text(text), text);
        assert_eq!(scrubber.text("x sk-plain-123456 y"), "x [secret] y", "secrets that come later count");
        assert_eq!(scrubber.scrub(b"\xff\x00sk-plain-123456\xfe").as_ref(), b"\xff\x00[secret]\xfe", "bytes too");
        assert_eq!(Scrubber::new(Redactor::default()).with("not-set").text("a not-set b"), "a [secret] b");
    }
}
