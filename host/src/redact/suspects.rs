//! Recognizes values that are probably secrets: keys in the notation of a service, and values whose name is that of a secret
//! or a misspelling of it.

use regex::{Captures, Regex};
use serde_json::Value;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use super::REDACTED;

/// Minimum length of a value that is hidden because of its name.
const MIN_VALUE: usize = 8;

/// Keys that begin as services write them. The first group stays.
static KEYS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let prefixes = [
        "sk-",
        "sk_live_",
        "sk_test_",
        "rk_live_",
        "rk_test_",
        "AIza",
        "gsk_",
        "hf_",
        "gh[oprsu]_",
        "github_pat_",
        "glpat-",
        "xox[abeprs]-",
        "xai-",
        "r8_",
        "nvapi-",
        "pplx-",
        "tgp_v1_",
        "csk-",
        "AKIA",
        "ASIA",
        r"ya29\.",
        "eyJ",
    ];
    Regex::new(&format!(r"\b(?:{})[A-Za-z0-9_.-]{{12,}}", prefixes.join("|"))).ok()
});

/// Credentials in addresses. The first group stays.
static ADDRESSES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let names = "key|api[-_]?key|access[-_]?(?:key|token)|token|secret|client[-_]?secret|password|sig|signature|auth";
    Regex::new(&format!(r#"([A-Za-z][A-Za-z0-9+.-]*://)[^/\s@"'`<>\[\]]+(@)|([?&](?i:{names})=)[^&\s"'`<>\[\]]+"#)).ok()
});

/// Values in single or double quotes after a name and `=` or `:`, and single values.
static ASSIGNMENTS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"([A-Za-z0-9_.'"-]+)\s*[=:]\s*("[^"\n]*"?|'[^'\n]*'?|[^\s"'{\[,]+)"#).ok());

/// Replaces texts that look like keys, and credentials in addresses.
pub fn hide_keys(text: &str) -> Cow<'_, str> {
    let hide = |found: &Captures<'_>| match found.get(0).map_or("", |found| found.as_str()) {
        key if is_random(key) => REDACTED.to_owned(),
        other => other.to_owned(),
    };
    let text = match KEYS.as_ref().filter(|keys| keys.is_match(text)) {
        Some(keys) => Cow::Owned(keys.replace_all(text, hide).into_owned()),
        None => Cow::Borrowed(text),
    };
    match ADDRESSES.as_ref().filter(|addresses| addresses.is_match(&text)) {
        Some(addresses) => Cow::Owned(addresses.replace_all(&text, "$1$3[secret]$2").into_owned()),
        None => text,
    }
}

/// Returns true if a text looks like a key, whatever its name is.
pub fn is_key(text: &str) -> bool {
    KEYS.as_ref().is_some_and(|keys| keys.find_iter(text).any(|found| is_random(found.as_str())))
}

/// Returns true for a text of letters and digits, as keys are and words are not.
fn is_random(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Returns true for the name of a secret, and for misspellings of one: `api_key`, `api_kye`, `OPENAI_TOKEN`, `Authorization`.
pub fn is_secret_name(name: &str) -> bool {
    let name = last_part(name);
    let near = |word: &str| strsim::osa_distance(&name, word) <= 2;
    names_secret(&name) || name == "key" || ["apikey", "password", "authorization"].into_iter().any(near)
}

/// Like [`is_secret_name`], without the names that other settings can have.
fn names_secret(name: &str) -> bool {
    let ends =
        ["apikey", "accesskey", "privatekey", "secretkey", "token", "secret", "password", "passwd", "credentials"];
    let words = ["apikey", "token", "secret", "password", "authorization"];
    ends.iter().any(|end| name.ends_with(end)) || words.iter().any(|word| strsim::osa_distance(name, word) <= 1)
}

/// Returns the letters and digits of the last part of a name, in lower case.
fn last_part(name: &str) -> String {
    let last = name.rsplit('.').next().unwrap_or(name);
    last.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Returns the ranges of values in a text of a config that are probably secrets: after the name of a secret, or with the
/// look of a key. The text need not be valid TOML.
pub fn in_source(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for assignment in ASSIGNMENTS.iter().flat_map(|assignments| assignments.captures_iter(text)) {
        let (Some(name), Some(value)) = (assignment.get(1), assignment.get(2)) else { continue };
        let content = value.as_str().trim_matches(['"', '\'']);
        if content.len() >= MIN_VALUE && !content.contains("${") && is_secret_name(name.as_str()) {
            found.push(value.range());
        }
    }
    let keys = KEYS.iter().flat_map(|keys| keys.find_iter(text)).filter(|key| is_random(key.as_str()));
    found.extend(keys.map(|key| key.range()));
    let addresses = ADDRESSES.iter().flat_map(|addresses| addresses.captures_iter(text));
    found.extend(addresses.filter_map(|address| {
        let kept = address.get(1).or(address.get(3))?;
        let end = address.get(2).map_or(address.get(0)?.end(), |at| at.start());
        Some(kept.end()..end)
    }));
    found
}

/// Returns the texts of a config that are probably secrets, for the redaction of everything that is printed later.
pub fn in_config(config: &Value) -> Vec<String> {
    let mut found = Vec::new();
    collect("", config, &mut found);
    found
}

fn collect(name: &str, value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| {
            found.extend(Some(name.clone()).filter(|name| is_key(name)));
            collect(name, member, found);
        }),
        Value::Array(items) => items.iter().for_each(|item| collect(name, item, found)),
        Value::String(text) => {
            let is_named =
                names_secret(&last_part(name)) && text.len() >= MIN_VALUE && !text.contains(char::is_whitespace);
            if is_key(text) || (is_named && is_random(text)) {
                found.push(text.clone());
            }
            for address in ADDRESSES.iter().flat_map(|addresses| addresses.captures_iter(text)) {
                let Some(kept) = address.get(1).or(address.get(3)) else { continue };
                let end = address
                    .get(2)
                    .or(address.get(0))
                    .map_or(text.len(), |end| if end.as_str() == "@" { end.start() } else { end.end() });
                let private = text.get(kept.end()..end).unwrap_or_default();
                found.extend(private.split(':').filter(|part| part.len() >= MIN_VALUE).map(str::to_owned));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}
