//! Checks of config values that a JSON Schema cannot express.

use crate::error::{Error, Result};
use crate::http::{HeaderMap, HeaderName, HeaderValue};
use crate::secret::Secret;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Checks that a number is in its range. TOML has `nan` and `inf`, JSON does not.
///
/// # Errors
/// [`Error::config`] on `key`.
pub fn number_within(key: &str, number: Option<f64>, range: RangeInclusive<f64>) -> Result<()> {
    match number {
        Some(number) if !range.contains(&number) => {
            let (from, to) = range.into_inner();
            Err(Error::config(key, format!("`{key}` is {number}, outside of {from} to {to}")))
        }
        _ => Ok(()),
    }
}

/// Parses the name of a header.
///
/// # Errors
/// [`Error::config`] on `key`.
pub fn header_name(key: &str, name: &str) -> Result<HeaderName> {
    HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| Error::config(key, format!("`{key}` contains {name:?}, which is not a valid header name")))
}

/// Parses a table of headers.
///
/// # Errors
/// [`Error::config`] on `key`, with the header's name but not its value.
pub(super) fn header_map(key: &str, headers: &BTreeMap<String, String>) -> Result<HeaderMap> {
    let mut map = HeaderMap::with_capacity(headers.len());
    for (name, value) in headers {
        let value = ascii_value(value).ok_or_else(|| {
            let message = format!("the value of `{key}.{name}` contains other than printable ASCII characters");
            Error::config(format!("{key}.{name}"), message)
        });
        map.insert(header_name(key, name)?, value?);
    }
    Ok(map)
}

/// Returns a key for use in a header: without surrounding white space, and `None` when nothing is left.
///
/// # Errors
/// [`Error::config`] on `key`, without any part of the secret.
pub fn header_secret(key: &str, secret: Option<&Secret>) -> Result<Option<Secret>> {
    let text = secret.map(Secret::expose).unwrap_or_default().trim();
    if ascii_value(text).is_none() {
        return Err(Error::config(key, format!("`{key}` contains other than printable ASCII characters"))
            .hint("check that the variable or file holds only the key"));
    }
    Ok(if text.is_empty() { None } else { Some(Secret::new(text)) })
}

/// Refuses a key as another value, which is printed, sent in addresses and stored.
///
/// # Errors
/// [`Error::config`] on `key`, without any part of the value.
pub(super) fn not_a_key(key: &str, value: &str, secret: Option<&Secret>) -> Result<()> {
    let is_secret = secret.is_some_and(|secret| secret.expose().trim() == value);
    if !is_secret && !looks_like_key(value) {
        return Ok(());
    }
    Err(Error::config(key, format!("`{key}` looks like an API key"))
        .hint(format!("keys belong in `api_key`; revoke this one if the config was shared, and set `{key}` to a name")))
}

/// Returns true for a text that begins as the keys of services do and is as long.
fn looks_like_key(text: &str) -> bool {
    const BEGINNINGS: [&str; 10] =
        ["sk-", "sk_", "AIza", "gsk_", "hf_", "ghp_", "github_pat_", "xai-", "nvapi-", "AKIA"];
    /// Minimum length of a key.
    const MIN_KEY: usize = 20;
    text.len() >= MIN_KEY
        && BEGINNINGS.iter().any(|beginning| text.starts_with(beginning))
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && text.bytes().any(|byte| byte.is_ascii_digit())
}

/// HTTP allows more than ASCII, but in a config it is a mistake: quotes or spaces of a word processor.
fn ascii_value(text: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(text).ok().filter(|value| value.to_str().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_of_their_range_are_config_errors() {
        for (number, good) in [
            (None, true),
            (Some(0.0), true),
            (Some(2.0), true),
            (Some(2.1), false),
            (Some(f64::NAN), false),
            (Some(f64::INFINITY), false),
        ] {
            let checked = number_within("temperature", number, 0.0..=2.0);
            assert_eq!(checked.is_ok(), good, "{number:?}");
            assert!(good || checked.unwrap_err().context("config_key") == Some("temperature"));
        }
    }

    #[test]
    fn headers_cannot_smuggle_others() {
        for (name, value, key) in [
            ("x-team", "rows and columns", None),
            ("", "a", Some("extra_headers")),
            ("x team", "a", Some("extra_headers")),
            ("x:team", "a", Some("extra_headers")),
            ("x-team", "a\r\nx-other: b", Some("extra_headers.x-team")),
            ("x-team", "é", Some("extra_headers.x-team")),
        ] {
            let headers = BTreeMap::from([(name.to_owned(), value.to_owned())]);
            let error = header_map("extra_headers", &headers).err();
            assert_eq!(error.as_ref().and_then(|error| error.context("config_key")), key, "{name:?}: {value:?}");
        }
    }

    #[test]
    fn keys_are_no_names() {
        let secret = Secret::new("own-key ");
        for (value, is_refused) in [
            ("own-key", true),
            ("sk-proj-0123456789abcdef", true),
            ("AIzaSyA1234567890abcdefghijklmnop", true),
            ("gpt-4o-mini-2024-07-18", false),
            ("sk-model", false),
            ("hf_org/model-7b-instruct-v0.1", false),
        ] {
            let error = not_a_key("model", value, Some(&secret)).err();
            assert_eq!(error.is_some(), is_refused, "{value}");
            assert!(!format!("{error:?}").contains(value), "{error:?}");
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
