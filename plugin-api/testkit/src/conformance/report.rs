//! What a suite has found.

use std::fmt;

/// How one check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The plugin keeps the promise.
    Passed,
    /// It does not; the sentence says what happened.
    Failed(String),
    /// It could not be looked at; the sentence says why.
    Skipped(String),
}

/// One promise that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The promise, in a few words.
    pub name: &'static str,
    /// Whether it is kept.
    pub outcome: Outcome,
}

/// All that a suite has found. Displayed, it is a line a check and a last line that counts them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The plugin's kind and name, for example `scraper-csv`.
    pub plugin: String,
    /// The checks, in the order in which they ran.
    pub checks: Vec<Check>,
}

impl Report {
    /// Whether no check failed.
    pub fn is_conforming(&self) -> bool {
        self.failures().next().is_none()
    }

    /// The checks that failed, each with its sentence.
    pub fn failures(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.checks.iter().filter_map(|check| match &check.outcome {
            Outcome::Failed(sentence) => Some((check.name, sentence.as_str())),
            _ => None,
        })
    }

    /// Fails the test when a check failed.
    ///
    /// # Panics
    /// With the whole report, when a check failed.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.is_conforming(), "{} does not conform\n{self}", self.plugin);
    }

    fn count(&self, is: fn(&Outcome) -> bool) -> usize {
        self.checks.iter().filter(|check| is(&check.outcome)).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Check { name, outcome } in &self.checks {
            match outcome {
                Outcome::Passed => writeln!(f, "✓ {name}")?,
                Outcome::Failed(sentence) => writeln!(f, "✗ {name}: {sentence}")?,
                Outcome::Skipped(reason) => writeln!(f, "– {name}: skipped, {reason}")?,
            }
        }
        let passed = self.count(|outcome| *outcome == Outcome::Passed);
        let failed = self.count(|outcome| matches!(outcome, Outcome::Failed(_)));
        let skipped = self.count(|outcome| matches!(outcome, Outcome::Skipped(_)));
        write!(f, "{}: {passed} passed, {failed} failed, {skipped} skipped", self.plugin)
    }
}
