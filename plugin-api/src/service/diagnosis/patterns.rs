//! Lists of patterns that are searched in the texts of services.

use regex_lite::Regex;

/// Patterns, compiled once.
pub(super) struct Patterns(Vec<Regex>);

impl Patterns {
    /// Compiles the patterns; each test of a list runs all of them.
    pub(super) fn new(sources: &[&str]) -> Self {
        let compiled: Vec<Regex> = sources.iter().filter_map(|source| Regex::new(source).ok()).collect();
        debug_assert_eq!(compiled.len(), sources.len(), "a pattern is not valid: {sources:?}");
        Self(compiled)
    }

    /// Returns whether one of the patterns occurs in the text.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.0.iter().any(|pattern| pattern.is_match(text))
    }

    /// Returns the text without the parts that match.
    pub(super) fn removed(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, pattern| pattern.replace_all(&text, " ").into_owned())
    }

    /// Returns the position of the first occurrence of a pattern.
    pub(super) fn position(&self, text: &str) -> Option<usize> {
        self.0.iter().filter_map(|pattern| pattern.find(text)).map(|found| found.start()).min()
    }

    /// Returns the first number in a group of the patterns, in their order, that the filter accepts.
    pub(super) fn number(&self, text: &str, accepts: impl Fn(u64) -> bool) -> Option<u64> {
        self.0.iter().find_map(|pattern| {
            let groups = pattern.captures_iter(text).filter_map(|found| found.iter().skip(1).flatten().next());
            groups.filter_map(|group| group.as_str().parse().ok()).find(|number| accepts(*number))
        })
    }

    /// Returns the numbers in the groups of the first pattern that occurs in the text.
    pub(super) fn numbers<const N: usize>(&self, text: &str) -> Option<[u64; N]> {
        let found = self.0.iter().find_map(|pattern| pattern.captures(text))?;
        let mut numbers = [0; N];
        for (number, group) in numbers.iter_mut().zip(found.iter().skip(1)) {
            *number = group?.as_str().parse().ok()?;
        }
        Some(numbers)
    }
}
