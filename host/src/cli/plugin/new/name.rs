//! What a new plugin is called.

use rowsmith_plugin_api::manifest::PluginKind;

/// Names become parts of file names and of lines of code, so they stay short.
const MAX_LENGTH: usize = 40;

/// A checked name, with its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PluginName {
    pub(super) kind: PluginKind,
    /// The name alone: `my-pages`.
    pub(super) name: String,
}

impl PluginName {
    /// Checks a name. The prefix that a crate's name has, or the kind alone, may stand before it.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it, and a name that would do where there is one.
    pub(super) fn parse(kind: PluginKind, written: &str) -> Result<Self, String> {
        for other in PluginKind::ALL.into_iter().filter(|other| *other != kind) {
            if written.starts_with(&format!("rowsmith-{other}-")) {
                return Err(format!("`{written}` is the name of a plugin of kind {other}, but --kind says {kind}"));
            }
        }
        let bare = written.strip_prefix("rowsmith-").unwrap_or(written);
        let name = bare.strip_prefix(&format!("{kind}-")).unwrap_or(bare);
        match fault(name) {
            None => Ok(Self { kind, name: name.to_owned() }),
            Some(fault) => {
                let tidy = tidied(name);
                let near = fault_free(&tidy).map_or_else(String::new, |name| format!("; `{name}` would do"));
                Err(format!("`{written}` cannot be the name of a plugin: {fault}{near}"))
            }
        }
    }

    /// The name of the crate, and of its folder.
    pub(super) fn package(&self) -> String {
        format!("rowsmith-{}-{}", self.kind, self.name)
    }
}

fn fault(name: &str) -> Option<String> {
    if name.is_empty() {
        return Some("there is nothing left of it".to_owned());
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
    (name.ends_with('-') || name.contains("--")).then(|| "a `-` must stand between letters or digits".to_owned())
}

fn fault_free(name: &str) -> Option<&str> {
    fault(name).is_none().then_some(name)
}

/// The same letters and digits as a name that is allowed, mostly.
fn tidied(name: &str) -> String {
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
    fn a_bad_name_is_explained() {
        let long = "a".repeat(41);
        for (written, said) in [
            ("", "there is nothing left of it"),
            ("scraper-", "there is nothing left of it"),
            ("My_Pages", "it must begin with a lower-case letter (a to z); `my-pages` would do"),
            ("my pages", "it may only have lower-case letters (a to z), digits and `-`; `my-pages` would do"),
            ("7", "it must begin with a lower-case letter (a to z)"),
            ("über", "it must begin with a lower-case letter (a to z); `ber` would do"),
            ("a--b", "a `-` must stand between letters or digits; `a-b` would do"),
            ("a-", "a `-` must stand between letters or digits; `a` would do"),
            ("../a", "it must begin with a lower-case letter (a to z); `a` would do"),
            (long.as_str(), "it is longer than 40 bytes"),
        ] {
            let error = PluginName::parse(PluginKind::Scraper, written).expect_err(written);
            assert_eq!(error, format!("`{written}` cannot be the name of a plugin: {said}"));
        }
        let error = PluginName::parse(PluginKind::Scraper, "rowsmith-cache-a").expect_err("it is a cache");
        assert_eq!(error, "`rowsmith-cache-a` is the name of a plugin of kind cache, but --kind says scraper");
    }
}
