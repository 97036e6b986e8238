//! Checks of config values that a JSON Schema cannot make.

use crate::error::{Error, Result};
use crate::secret::Secret;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Checks that a number is in its range. TOML knows `nan` and `inf`, JSON does not.
///
/// # Errors
/// [`Error::config`] on `key`.
pub fn number_within(key: &str, number: Option<f64>, range: RangeInclusive<f64>) -> Result<()> {
    match number {
        Some(number) if !range.contains(&number) => {
            let (from, to) = range.into_inner();
            Err(Error::config(key, format!("`{key}` is {number}, which is not between {from} and {to}")))
        }
        _ => Ok(()),
    }
}

/// Checks that extra headers can be sent.
///
/// # Errors
/// [`Error::config`] on `key`, naming the header but not its value.
pub fn header_fields(key: &str, headers: &BTreeMap<String, String>) -> Result<()> {
    for (name, value) in headers {
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || !name.bytes().all(token) {
            return Err(Error::config(key, format!("`{key}` has a header {name:?}, which is not a header's name")));
        }
        if !is_header_value(value) {
            let place = format!("{key}.{name}");
            return Err(Error::config(
                place,
                format!("`{key}` has a header `{name}` whose value has other than printable ASCII characters"),
            ));
        }
    }
    Ok(())
}

/// A key that can be sent in a header: without the white space around it, and `None` when nothing is left.
///
/// # Errors
/// [`Error::config`] on `key`, without any part of the secret.
pub fn header_secret(key: &str, secret: Option<&Secret>) -> Result<Option<Secret>> {
    let text = secret.map(Secret::expose).unwrap_or_default().trim();
    if !is_header_value(text) {
        return Err(Error::config(key, format!("`{key}` has other than printable ASCII characters"))
            .hint("see whether the variable or file holds the key and nothing else"));
    }
    Ok(if text.is_empty() { None } else { Some(Secret::new(text)) })
}

fn is_header_value(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stay_in_their_range() {
        for (number, good) in
            [(None, true), (Some(0.0), true), (Some(2.0), true), (Some(2.1), false), (Some(f64::NAN), false)]
        {
            assert_eq!(number_within("temperature", number, 0.0..=2.0).is_ok(), good, "{number:?}");
        }
        let error = number_within("top_p", Some(f64::INFINITY), 0.0..=1.0).unwrap_err();
        assert_eq!(error.message, "`top_p` is inf, which is not between 0 and 1");
    }

    #[test]
    fn headers_cannot_smuggle_others() {
        for (name, value, good) in [
            ("x-team", "rows and columns", true),
            ("", "a", false),
            ("x team", "a", false),
            ("x:team", "a", false),
            ("x-team", "a\r\nx-other: b", false),
            ("x-team", "é", false),
        ] {
            let headers = BTreeMap::from([(name.to_owned(), value.to_owned())]);
            assert_eq!(header_fields("extra_headers", &headers).is_ok(), good, "{name:?}: {value:?}");
        }
    }

    #[test]
    fn secrets_are_trimmed_and_never_shown() {
        let read = |text: &str| header_secret("api_key", Some(&Secret::new(text)));
        assert_eq!(read(" word\n").unwrap(), Some(Secret::new("word")));
        assert_eq!(read(" \n").unwrap(), None);
        assert_eq!(header_secret("api_key", None).unwrap(), None);
        let error = read("half\nhalf").unwrap_err();
        assert!(!format!("{error:?}").contains("half"), "{error:?}");
    }
}
