//! The results of a suite.

use std::fmt;

/// Result of one check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckOutcome {
    /// The plugin behaves as expected.
    Passed,
    /// The plugin behaves differently, as the message says.
    Failed(String),
    /// The check could not run, for this reason.
    Skipped(String),
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Stable identifier within the suites of a kind.
    pub id: &'static str,
    /// Expected behaviour, in a few words.
    pub name: &'static str,
    /// Result.
    pub outcome: CheckOutcome,
}

/// All results of a suite. Its text is one line per check, and a last line with counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// The plugin's kind and name, for example `scraper-csv`.
    pub plugin: String,
    /// The checks, in the order in which they ran.
    pub checks: Vec<Check>,
    /// Method and address of the first HTTP request for which the suite had no response.
    pub unanswered: Option<String>,
}

impl Report {
    /// Returns true if no check failed.
    pub fn is_conforming(&self) -> bool {
        self.failures().next().is_none()
    }

    /// Returns the id of each failed check with its message.
    pub fn failures(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.checks.iter().filter_map(|check| match &check.outcome {
            CheckOutcome::Failed(message) => Some((check.id, message.as_str())),
            _ => None,
        })
    }

    /// Returns the result of the check with an id.
    pub fn outcome(&self, id: &str) -> Option<&CheckOutcome> {
        self.checks.iter().find(|check| check.id == id).map(|check| &check.outcome)
    }

    /// Asserts that no check failed.
    ///
    /// # Panics
    /// With the whole report, when a check failed.
    #[track_caller]
    pub fn assert(&self) {
        assert!(self.is_conforming(), "{} does not conform\n{self}", self.plugin);
    }

    fn count(&self, is: fn(&CheckOutcome) -> bool) -> usize {
        self.checks.iter().filter(|check| is(&check.outcome)).count()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Check { name, outcome, .. } in &self.checks {
            match outcome {
                CheckOutcome::Passed => writeln!(f, "✓ {name}")?,
                CheckOutcome::Failed(message) => writeln!(f, "✗ {name}: {message}")?,
                CheckOutcome::Skipped(reason) => writeln!(f, "– {name}: skipped, {reason}")?,
            }
        }
        let passed = self.count(|outcome| *outcome == CheckOutcome::Passed);
        let failed = self.count(|outcome| matches!(outcome, CheckOutcome::Failed(_)));
        let skipped = self.count(|outcome| matches!(outcome, CheckOutcome::Skipped(_)));
        write!(f, "{}: {passed} passed, {failed} failed, {skipped} skipped", self.plugin)
    }
}
