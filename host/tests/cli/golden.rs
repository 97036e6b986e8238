//! Texts that people read, kept in files. `UPDATE_GOLDEN=1 cargo test` writes them anew; read the difference then.

use std::fmt::Write as _;
use std::path::Path;

/// Collects named texts and compares all of them with a file.
pub(crate) struct Golden {
    name: &'static str,
    text: String,
}

impl Golden {
    pub(crate) fn new(name: &'static str) -> Self {
        Self { name, text: String::new() }
    }

    /// Adds a text under a heading.
    pub(crate) fn add(&mut self, heading: &str, text: &str) {
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        writeln!(self.text, "==== {heading}\n{}\n", lines.join("\n").trim_end()).expect("a String takes all");
    }

    /// Compares with the file, and shows the sections that differ.
    #[track_caller]
    pub(crate) fn compare(self) {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/golden").join(self.name);
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            std::fs::write(&path, &self.text).expect("the golden file is written");
        }
        let wanted = std::fs::read_to_string(&path).unwrap_or_default();
        let sections = |text: &str| text.split("==== ").map(str::to_owned).collect::<Vec<_>>();
        let (wanted, found) = (sections(&wanted), sections(&self.text));
        let mut differences = String::new();
        for section in found.iter().filter(|section| !wanted.contains(section)) {
            write!(differences, "\n---- now:\n{section}").expect("a String takes all");
        }
        for section in wanted.iter().filter(|section| !found.contains(section)) {
            write!(differences, "\n---- in {}:\n{section}", self.name).expect("a String takes all");
        }
        assert!(differences.is_empty(), "texts differ (UPDATE_GOLDEN=1 accepts them):{differences}");
        assert_eq!(wanted, found, "the sections of {} stand in another order", self.name);
    }
}
