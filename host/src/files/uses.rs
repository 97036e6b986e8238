//! Checks the files of a run before the first call: no file has two roles, and all outputs are writable.

use std::fs;
use std::path::{Path, PathBuf};

/// One file of a run.
#[derive(Debug, Clone)]
pub struct FileUse {
    /// Role in words: "the report", "the source".
    pub role: &'static str,
    /// Path of the file.
    pub path: PathBuf,
    /// True if the run writes the file.
    pub written: bool,
}

impl FileUse {
    /// Creates the use of a file that is read.
    pub fn read(role: &'static str, path: impl Into<PathBuf>) -> Self {
        Self { role, path: path.into(), written: false }
    }

    /// Creates the use of a file that is written.
    pub fn written(role: &'static str, path: impl Into<PathBuf>) -> Self {
        Self { role, path: path.into(), written: true }
    }
}

/// Returns the first conflict: a written file with two roles, or a written file in the cache's store.
pub fn conflict(files: &[FileUse], store: Option<&Path>) -> Option<String> {
    let paths: Vec<PathBuf> = files.iter().map(|file| resolved(&file.path)).collect();
    let store = store.map(resolved);
    for (at, (file, path)) in files.iter().zip(&paths).enumerate() {
        if file.written && store.as_ref().is_some_and(|store| path.starts_with(store)) {
            return Some(format!(
                "{} {} is inside the cache's store; choose another path",
                file.role,
                file.path.display()
            ));
        }
        let same = files.iter().zip(&paths).take(at).find(|(_, other)| *other == path);
        if let Some((other, _)) = same.filter(|(other, _)| other.written || file.written) {
            let shown = file.path.display();
            return Some(format!("{shown} is both {} and {}; choose different paths", other.role, file.role));
        }
    }
    None
}

/// Resolves links and dots, as far as the path exists.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    if let Ok(real) = absolute.canonicalize() {
        return real;
    }
    match (absolute.parent(), absolute.file_name()) {
        (Some(parent), Some(name)) => resolved(parent).join(name),
        _ => absolute,
    }
}

/// Returns the reason why a file cannot be written. Creates missing folders.
pub fn unwritable(path: &Path) -> Option<String> {
    let shown = path.display();
    let found = fs::metadata(path);
    if let Err(error) = &found
        && matches!(error.kind(), std::io::ErrorKind::InvalidFilename | std::io::ErrorKind::InvalidInput)
    {
        return Some(format!("cannot write {shown}: {}", plain(error)));
    }
    if let Ok(found) = found {
        if found.is_dir() {
            return Some(format!("{shown} is a folder"));
        }
        if found.permissions().readonly() {
            return Some(format!("{shown} is write-protected"));
        }
        if !found.is_file() {
            // Devices and pipes are written in place.
            return None;
        }
    }
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let made = fs::create_dir_all(folder).and_then(|()| tempfile::tempfile_in(folder).map(drop));
    made.err().map(|error| format!("cannot write to the folder {}: {}", folder.display(), plain(&error)))
}

/// Returns the message of the system, without the name of the temporary file.
fn plain(error: &std::io::Error) -> String {
    error
        .raw_os_error()
        .map_or_else(|| error.kind().to_string(), |code| std::io::Error::from_raw_os_error(code).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_with_two_roles_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("in.csv"), "a").unwrap();
        fs::create_dir(at("cache")).unwrap();
        let source = FileUse::read("the source", at("in.csv"));
        let cases = [
            ("nothing in common", vec![source.clone(), FileUse::written("the report", at("r.json"))], None),
            (
                "the source",
                vec![source.clone(), FileUse::written("the report", at("./in.csv"))],
                Some("both the source and the report"),
            ),
            (
                "two written",
                vec![
                    FileUse::written("an output", at("x.json")),
                    FileUse::written("the report", at("cache/../x.json")),
                ],
                Some("both an output and the report"),
            ),
            (
                "the store",
                vec![FileUse::written("an output", at("cache/data.mdb"))],
                Some("is inside the cache's store"),
            ),
            ("two read", vec![source.clone(), FileUse::read("the config", at("in.csv"))], None),
        ];
        for (name, files, expected) in cases {
            let found = conflict(&files, Some(&at("cache")));
            match expected {
                Some(text) => assert!(found.as_deref().is_some_and(|f| f.contains(text)), "{name}: {found:?}"),
                None => assert_eq!(found, None, "{name}"),
            }
        }
    }

    #[test]
    fn unwritable_files_have_a_reason() {
        let folder = tempfile::tempdir().unwrap();
        assert!(unwritable(folder.path()).unwrap().ends_with("is a folder"));
        assert_eq!(unwritable(&folder.path().join("new/deep/file.csv")), None);
        assert!(unwritable(&folder.path().join("n".repeat(300))).is_some(), "no file can have this name");
        fs::write(folder.path().join("plain"), "").unwrap();
        assert!(unwritable(&folder.path().join("plain/file.csv")).unwrap().starts_with("cannot write to the folder"));
    }
}
