//! Writes the failure file (dead letters): every row without a valid answer, as JSON Lines.

use super::tally::FailedRow;
use crate::redact::Redactor;
use rowsmith_plugin_api::files::{TemporaryFile, open_regular, remove_abandoned};
use serde_json::json;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Writes failed rows; the file exists only if there are any.
#[derive(Debug)]
pub struct FailureFile {
    path: Option<PathBuf>,
    redactor: Redactor,
    open: Option<BufWriter<TemporaryFile>>,
    problem: Option<String>,
}

impl FailureFile {
    /// Creates a file that is written beside `path` and renamed at the end; it holds no secret of `redactor`. Other users
    /// cannot read it.
    pub fn new(path: Option<PathBuf>, redactor: Redactor) -> Self {
        Self { path, redactor, open: None, problem: None }
    }

    /// Adds a row. An error is reported at the end; the run continues.
    pub fn write(&mut self, failed: &FailedRow) {
        let Some(path) = &self.path else { return };
        let line = json!({
            "row": failed.row, "key": failed.key, "reason": failed.reason, "message": failed.message, "source": failed.source,
        });
        if self.problem.is_none() {
            let line = line.to_string();
            let line = self.redactor.clean(&line);
            let result = open(&mut self.open, path).and_then(|file| writeln!(file, "{line}"));
            self.problem = result.err().map(|error| format!("cannot write {}: {error}", path.display()));
        }
    }

    /// Renames the file and returns its path; without failures an old file is removed.
    ///
    /// # Errors
    /// A message when the rows could not be written.
    pub fn finish(self) -> Result<Option<String>, String> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        let Some(path) = self.path else { return Ok(None) };
        let name = path.display().to_string();
        match self.open {
            Some(file) => {
                let written = file.into_inner().map_err(std::io::IntoInnerError::into_error);
                let moved = written.and_then(|file| file.replace(&path));
                moved.map(|()| Some(name.clone())).map_err(|error| format!("cannot write {name}: {error}"))
            }
            // Only a file that an earlier run wrote is removed.
            None if !is_ours(&path) => Ok(None),
            None => match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(format!("cannot remove the old {name}: {error}"))
                }
                _ => Ok(None),
            },
        }
    }
}

/// Returns true for a failure file, by its first line. Pipes and devices are not opened.
pub fn is_ours(path: &Path) -> bool {
    const MOST: u64 = 64 << 20;
    let Ok(file) = open_regular(path) else { return false };
    let mut line = String::new();
    if BufReader::new(file.take(MOST)).read_line(&mut line).is_err() {
        return false;
    }
    let first: Option<serde_json::Value> = serde_json::from_str(&line).ok();
    first.is_some_and(|record| {
        ["row", "key", "reason", "message", "source"].iter().all(|name| record.get(name).is_some())
    })
}

fn open<'a>(
    file: &'a mut Option<BufWriter<TemporaryFile>>,
    path: &Path,
) -> std::io::Result<&'a mut BufWriter<TemporaryFile>> {
    if file.is_none() {
        remove_abandoned(path);
        *file = Some(BufWriter::new(TemporaryFile::private_beside(path)?));
    }
    file.as_mut().ok_or_else(|| std::io::Error::other("the file was not opened"))
}
