//! Writes the failure file (dead letters): every row without a valid answer, as JSON Lines.

use super::tally::FailedRow;
use crate::plugin::redact::Redactor;
use serde_json::json;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// Writes failed rows; the file exists only if there are any.
#[derive(Debug)]
pub struct FailureFile {
    path: Option<PathBuf>,
    redactor: Redactor,
    open: Option<BufWriter<File>>,
    problem: Option<String>,
}

impl FailureFile {
    /// Creates a file that is written beside `path` and renamed at the end; it holds no secret of `redactor`.
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
            Some(mut file) => {
                let moved = file.flush().and_then(|()| std::fs::rename(temporary(&path), &path));
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

/// Returns whether a file is a failure file, by its first line.
pub fn is_ours(path: &Path) -> bool {
    const MOST: u64 = 64 << 20;
    let Ok(file) = File::open(path) else { return false };
    let mut line = String::new();
    if BufReader::new(file.take(MOST)).read_line(&mut line).is_err() {
        return false;
    }
    let first: Option<serde_json::Value> = serde_json::from_str(&line).ok();
    first.is_some_and(|record| {
        ["row", "key", "reason", "message", "source"].iter().all(|name| record.get(name).is_some())
    })
}

/// Returns the path of the file until it is complete.
pub fn temporary(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    path.with_file_name(name)
}

fn open<'a>(file: &'a mut Option<BufWriter<File>>, path: &Path) -> std::io::Result<&'a mut BufWriter<File>> {
    if file.is_none() {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        *file = Some(BufWriter::new(File::create(temporary(path))?));
    }
    file.as_mut().ok_or_else(|| std::io::Error::other("the file was not opened"))
}
