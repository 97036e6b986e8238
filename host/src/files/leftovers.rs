//! Temporary files, which are removed when the program ends in the middle of a run.
//!
//! Their owners remove them in all other cases. Those of a killed process are removed by a later run.

use rowsmith_plugin_api::files::remove_temporary_files;
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

static LEFTOVERS: Mutex<Vec<Leftover>> = Mutex::new(Vec::new());

#[derive(Debug, Clone, PartialEq, Eq)]
enum Leftover {
    /// A file or a folder.
    Path(PathBuf),
    /// The temporary files that exporters create beside their target.
    BesideTarget(PathBuf),
}

/// A registration, until it is dropped.
#[derive(Debug)]
#[must_use]
pub struct Registered(Leftover);

impl Registered {
    fn new(leftover: Leftover) -> Self {
        list().push(leftover.clone());
        Self(leftover)
    }

    /// Registers a temporary file or folder.
    pub fn path(path: impl Into<PathBuf>) -> Self {
        Self::new(Leftover::Path(path.into()))
    }

    /// Registers the temporary files of an exporter.
    pub fn beside_target(target: impl Into<PathBuf>) -> Self {
        Self::new(Leftover::BesideTarget(target.into()))
    }
}

impl Drop for Registered {
    fn drop(&mut self) {
        let mut list = list();
        if let Some(at) = list.iter().position(|leftover| *leftover == self.0) {
            list.swap_remove(at);
        }
    }
}

/// Removes everything that is registered.
pub fn remove_all() {
    for leftover in list().drain(..) {
        match leftover {
            // A file that is gone was removed or moved by its owner.
            Leftover::Path(path) if path.is_dir() => drop(fs::remove_dir_all(path)),
            Leftover::Path(path) => drop(fs::remove_file(path)),
            Leftover::BesideTarget(target) => remove_temporary_files(&target),
        }
    }
}

fn list() -> MutexGuard<'static, Vec<Leftover>> {
    LEFTOVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_registered_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["kept", "file", "out.csv"] {
            fs::write(path(name), "x").unwrap();
        }
        fs::create_dir_all(path("folder/inner")).unwrap();
        let process = std::process::id();
        let (ours, other) = (format!(".out.csv.rowsmith-{process}-7.tmp"), ".out.csv.rowsmith-1-7.tmp");
        fs::write(path(&ours), "x").unwrap();
        fs::write(path(other), "x").unwrap();
        drop(Registered::path(path("kept")));
        let _registered = [
            Registered::path(path("file")),
            Registered::path(path("folder")),
            Registered::beside_target(path("out.csv")),
        ];
        remove_all();
        let mut names: Vec<String> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names, [other, "kept", "out.csv"]);
    }
}
