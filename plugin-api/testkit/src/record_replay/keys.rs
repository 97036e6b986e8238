//! Search for keys in a cassette.

use rowsmith_plugin_api::record_replay::Cassette;
use std::fs;
use std::path::Path;

/// Prefixes of keys that services issue.
const KEY_PREFIXES: [&str; 8] = ["sk-", "AIza", "gsk_", "xai-", "hf_", "ghp_", "or-", "pplx-"];
/// Minimum length of a key with a prefix; shorter words are names and placeholders.
const MIN_PREFIXED_KEY: usize = 20;
/// Minimum length of a key without a known prefix.
const MIN_RANDOM_KEY: usize = 32;

/// Asserts that no file of a cassette contains text that could be a real key.
///
/// # Panics
/// When such text is found, or the folder is no cassette.
pub fn assert_keyless(folder: &Path) {
    let cassette = Cassette::read(folder).unwrap_or_else(|error| panic!("{error}"));
    if let Err(found) = find_keys(&cassette) {
        panic!("{found}");
    }
}

/// Returns an error that names the first file with a possible key.
pub(crate) fn find_keys(cassette: &Cassette) -> Result<(), String> {
    let programs = cassette.programs().iter().map(|file| &file.name);
    for name in cassette.files().iter().map(|file| &file.name).chain(programs) {
        let path = cassette.folder().join(name);
        let text = fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        let keys: Vec<&str> = words.filter(|word| looks_like_key(word)).collect();
        if !keys.is_empty() {
            return Err(format!("{name} may contain a key: {keys:?}"));
        }
    }
    Ok(())
}

fn looks_like_key(word: &str) -> bool {
    let has = |class: fn(&char) -> bool| word.chars().any(|c| class(&c));
    let is_random = word.len() >= MIN_RANDOM_KEY
        && has(char::is_ascii_uppercase)
        && has(char::is_ascii_lowercase)
        && has(char::is_ascii_digit);
    let has_prefix = KEY_PREFIXES.iter().any(|prefix| word.starts_with(prefix));
    is_random || (has_prefix && word.len() >= MIN_PREFIXED_KEY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_from_names() {
        for (word, expected) in [
            ("test-key", false),
            ("gemini-2-5-flash-lite-preview-09-2025", false),
            ("GenerateRequestsPerDayPerProjectPerModel-FreeTier", false),
            ("sk-short", false),
            ("sk-aaaaaaaaaaaaaaaaaaaa", true),
            ("AIzaaaaaaaaaaaaaaaaaaaaa", true),
            ("aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1", true),
        ] {
            assert_eq!(looks_like_key(word), expected, "{word}");
        }
    }
}
