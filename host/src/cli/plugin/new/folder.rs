//! Writes the files of a new plugin into its folder: all of them or none.
//!
//! They are written into a temporary folder first, which is then renamed to the target. If the target exists, the files
//! are moved one by one.

use super::template::File;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The reason why nothing was written.
#[derive(Debug)]
pub(super) enum WriteError {
    /// The target exists.
    Taken(String),
    /// The system refuses.
    Io(String),
}

/// Writes the files; `force` allows a folder that is not empty, and overwrites files of the same names.
pub(super) fn write(target: &Path, files: &[File], force: bool) -> Result<(), WriteError> {
    let failed = |error: io::Error| WriteError::Io(format!("cannot write to {}: {}", target.display(), plain(&error)));
    let existing = match fs::read_dir(target) {
        Ok(mut entries) => Some(entries.next().is_some()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(failed(error)),
    };
    if existing == Some(true) && !force {
        let message =
            format!("{} is not empty; choose another folder with --dir, or overwrite with --force", target.display());
        return Err(WriteError::Taken(message));
    }
    if let Some((path, _)) = files.iter().find(|(path, _)| target.join(path).is_dir()) {
        return Err(WriteError::Taken(format!("{} is a folder", target.join(path).display())));
    }
    let near = if existing.is_some() { target.to_owned() } else { existing_parent(target) };
    let made = tempfile::Builder::new().prefix(".rowsmith-new-").tempdir_in(near).map_err(failed)?;
    let crate_folder = made.path().join("crate");
    for (path, text) in files {
        let path = crate_folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&crate_folder)).map_err(failed)?;
        fs::write(path, text).map_err(failed)?;
    }
    let moved = if existing.is_some() { fill(&crate_folder, target, files) } else { rename(&crate_folder, target) };
    moved.map_err(failed)
}

/// Returns the nearest existing folder above, in which a temporary folder can be renamed to the target.
fn existing_parent(target: &Path) -> PathBuf {
    let above = target.ancestors().skip(1).find(|folder| folder.as_os_str().is_empty() || folder.exists());
    above.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned()
}

/// Renames the temporary folder to the target.
fn rename(made: &Path, target: &Path) -> io::Result<()> {
    if let Some(above) = target.parent() {
        fs::create_dir_all(above)?;
    }
    fs::rename(made, target)
}

/// Moves files into an existing folder.
fn fill(made: &Path, target: &Path, files: &[File]) -> io::Result<()> {
    for (path, _) in files {
        let above: Vec<&Path> =
            Path::new(path).ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()).collect();
        // A link in the folder could lead out of it, so folders are created one by one.
        for folder in above.into_iter().rev().map(|folder| target.join(folder)) {
            match fs::create_dir(&folder) {
                Err(_) if fs::symlink_metadata(&folder).is_ok_and(|found| found.is_dir()) => {}
                created => created?,
            }
        }
    }
    files.iter().try_for_each(|(path, _)| fs::rename(made.join(path), target.join(path)))
}

/// Returns the message of the system, without the name of the temporary folder.
fn plain(error: &io::Error) -> String {
    let code = error.raw_os_error();
    code.map_or_else(|| error.kind().to_string(), |code| io::Error::from_raw_os_error(code).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> Vec<File> {
        vec![("Cargo.toml", "new\n".to_owned()), ("src/lib.rs", "code\n".to_owned())]
    }

    #[test]
    fn all_files_or_none() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let names = |path: &Path| {
            let mut names: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name()).collect();
            names.sort();
            names
        };

        fs::create_dir(at("empty")).unwrap();
        for target in ["new", "deep/er/new", "empty"] {
            write(&at(target), &files(), false).expect(target);
            assert_eq!(fs::read_to_string(at(target).join("src/lib.rs")).unwrap(), "code\n");
        }

        fs::create_dir_all(at("taken/src")).unwrap();
        fs::write(at("taken/Cargo.toml"), "mine").unwrap();
        fs::write(at("taken/mine"), "mine").unwrap();
        assert!(matches!(write(&at("taken"), &files(), false), Err(WriteError::Taken(_))));
        assert_eq!(names(&at("taken")), ["Cargo.toml", "mine", "src"]);
        write(&at("taken"), &files(), true).expect("it is forced");
        assert_eq!(fs::read_to_string(at("taken/Cargo.toml")).unwrap(), "new\n");
        assert_eq!(names(&at("taken")), ["Cargo.toml", "mine", "src"]);

        fs::create_dir_all(at("odd/Cargo.toml")).unwrap();
        assert!(
            matches!(write(&at("odd"), &files(), true), Err(WriteError::Taken(_))),
            "a folder with the name of a file"
        );
        assert!(!at("odd/src").exists());

        #[cfg(unix)]
        {
            fs::create_dir_all(at("linked")).unwrap();
            fs::create_dir(at("outside")).unwrap();
            std::os::unix::fs::symlink(at("outside"), at("linked/src")).unwrap();
            assert!(matches!(write(&at("linked"), &files(), true), Err(WriteError::Io(_))));
            assert_eq!(names(&at("outside")).len(), 0, "a link is not followed");
            fs::remove_dir_all(at("linked")).unwrap();
            fs::remove_dir(at("outside")).unwrap();
        }

        assert!(matches!(write(&at("taken/mine/below"), &files(), false), Err(WriteError::Io(_))));
        assert_eq!(names(folder.path()), ["deep", "empty", "new", "odd", "taken"], "no temporary folder is left");
    }
}
