//! The file that says that a folder is a Rowsmith cache, and of which format.
//!
//! It is written once, after the store is complete. An empty or missing `data.mdb` beside it is therefore a loss, and not
//! a cache that is about to begin.

use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

const NAME: &str = "rowsmith-cache";
const WORD: &str = "rowsmith-cache";

/// The format of the tables and of what this crate keeps in them. A change of it is a new number and new table names.
const FORMAT: u64 = 1;

/// Whether the folder holds a store that was begun.
///
/// # Errors
/// [`ErrorKind::InvalidData`] when the store is of a newer format, or the file is not ours.
pub(crate) fn is_present(folder: &Path) -> Result<bool> {
    let path = folder.join(NAME);
    let mut text = String::new();
    match File::open(&path).and_then(|file| file.take(256).read_to_string(&mut text)) {
        Ok(_) => check(&path, &text).map(|()| true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(foreign(&path)),
        Err(error) => Err(Error::io("read", &path, &error)),
    }
}

fn check(path: &Path, text: &str) -> Result<()> {
    let number = text.trim_end().strip_prefix(WORD).and_then(|rest| rest.trim_start().parse::<u64>().ok());
    match number {
        Some(1..=FORMAT) => Ok(()),
        Some(newer @ 2..) => {
            let folder = path.parent().unwrap_or(path).display();
            let message =
                format!("the cache {folder} has format {newer}, but this version reads up to format {FORMAT}");
            Err(Error::new(ErrorKind::InvalidData, message)
                .with_context("path", path.display().to_string())
                .hint("use the version of rowsmith that made it, or name another folder as `path` in [cache.config]"))
        }
        Some(0) | None => Err(foreign(path)),
    }
}

fn foreign(path: &Path) -> Error {
    let message = format!("{} does not name the format of a cache", path.display());
    Error::new(ErrorKind::InvalidData, message)
        .with_context("path", path.display().to_string())
        .hint(format!("it should read `{WORD} {FORMAT}`; was it overwritten?"))
}

/// Writes the file, whole or not at all.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(folder: &Path) -> Result<()> {
    let path = folder.join(NAME);
    let draft = folder.join(format!("{NAME}.{}.tmp", std::process::id()));
    let written = File::create(&draft)
        .and_then(|mut file| {
            writeln!(file, "{WORD} {FORMAT}")?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&draft, &path))
        .and_then(|()| sync_folder(folder));
    written.map_err(|error| Error::io("write", &path, &error))
}

/// Makes the new name last. Where folders cannot be opened, renaming is all there is.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::check;
    use std::path::Path;

    #[test]
    fn formats_are_told_apart() {
        let cases = [
            ("ours", "rowsmith-cache 1\n", None),
            ("future", "rowsmith-cache 7\n", Some("has format 7, but this version reads up to format 1")),
            ("no number", "rowsmith-cache\n", Some("does not name the format")),
            ("zero", "rowsmith-cache 0", Some("does not name the format")),
            ("another file", "hello", Some("does not name the format")),
            ("empty", "", Some("does not name the format")),
        ];
        for (case, text, expected) in cases {
            match (check(Path::new("/c/rowsmith-cache"), text), expected) {
                (Ok(()), None) => {}
                (Err(error), Some(part)) => assert!(error.message.contains(part), "{case}: {error}"),
                (result, _) => panic!("{case}: {result:?}"),
            }
        }
    }
}
