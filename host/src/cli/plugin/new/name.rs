//! The name of a new plugin.

use rowsmith_plugin_api::manifest::PluginKind;

/// Maximum length; names become parts of file names and of code.
const MAX_LENGTH: usize = 40;

/// A valid name with the kind of the plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PluginName {
    pub(super) kind: PluginKind,
    /// Name without the kind: `my-pages`.
    pub(super) name: String,
}

impl PluginName {
    /// Validates a name, which may have the prefix of the crate or of the kind.
    ///
    /// # Errors
    /// A message with the reason and, where possible, a valid name.
    pub(super) fn parse(kind: PluginKind, written: &str) -> Result<Self, String> {
        for other in PluginKind::ALL.into_iter().filter(|other| *other != kind) {
            if written.starts_with(&format!("rowsmith-{other}-")) {
                return Err(format!("`{written}` is the name of a plugin of kind {other}, but --kind is {kind}"));
            }
        }
        let bare = written.strip_prefix("rowsmith-").unwrap_or(written);
        let name = bare.strip_prefix(&format!("{kind}-")).unwrap_or(bare);
        match problem(name) {
            None => Ok(Self { kind, name: name.to_owned() }),
            Some(problem_text) => {
                let valid = Some(valid_letters(name)).filter(|name| problem(name).is_none());
                let suggestion = valid.map_or_else(String::new, |name| format!("; use `{name}`"));
                Err(format!("`{written}` is not a valid name of a plugin: {problem_text}{suggestion}"))
            }
        }
    }

    /// Returns the name of the crate and of its folder.
    pub(super) fn package(&self) -> String {
        format!("rowsmith-{}-{}", self.kind, self.name)
    }
}

fn problem(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("it is empty".to_owned());
    }
    if name.len() > MAX_LENGTH {
        return Some(format!("it is longer than {MAX_LENGTH} bytes"));
    }
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return Some("it must begin with a lower-case letter (a to z)".to_owned());
    }
    if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        return Some("it may only have lower-case letters (a to z), digits and `-`".to_owned());
    }
    (name.ends_with('-') || name.contains("--")).then(|| "each `-` must be between letters or digits".to_owned())
}

/// Returns the letters and digits of a name, joined with `-`.
fn valid_letters(name: &str) -> String {
    let words = name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_and_prefixes_taken_off() {
        let kind = PluginKind::Scraper;
        for (written, name) in [
            ("pages", "pages"),
            ("my-pages2", "my-pages2"),
            ("scraper-pages", "pages"),
            ("rowsmith-scraper-pages", "pages"),
            ("rowsmith-pages", "pages"),
            ("cache-pages", "cache-pages"),
        ] {
            let parsed = PluginName::parse(kind, written).expect(written);
            assert_eq!(parsed.name, name, "{written}");
            assert_eq!(parsed.package(), format!("rowsmith-scraper-{name}"));
        }
    }

    #[test]
    fn an_invalid_name_is_refused_with_a_suggestion() {
        let long = "a".repeat(41);
        for (written, suggestion) in [
            ("", None),
            ("scraper-", None),
            ("My_Pages", Some("`my-pages`")),
            ("my pages", Some("`my-pages`")),
            ("7", None),
            ("über", Some("`ber`")),
            ("a--b", Some("`a-b`")),
            ("a-", Some("`a`")),
            ("../a", Some("`a`")),
            (long.as_str(), None),
        ] {
            let error = PluginName::parse(PluginKind::Scraper, written).expect_err(written);
            assert_eq!(error.rsplit_once("; use ").map(|(_, name)| name), suggestion, "{error}");
        }
        assert!(PluginName::parse(PluginKind::Scraper, "rowsmith-cache-a").is_err());
    }
}
