//! The marker file, which names a folder as a Rowsmith cache and its format.
//!
//! It is written once, after the store is complete. An empty or missing `data.mdb` beside it is therefore a loss, not a
//! new cache.

use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result, log};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

const NAME: &str = "rowsmith-cache";
const WORD: &str = "rowsmith-cache";

/// Format of the tables and their contents. A new format has a new number and new table names.
const FORMAT: u64 = 1;

/// Returns true if a store was created in the folder.
///
/// # Errors
/// [`ErrorKind::InvalidData`] for a newer format, or a file of another program.
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
            let message = format!("the cache {folder} has format {newer}, expected up to {FORMAT}");
            Err(Error::new(ErrorKind::InvalidData, message)
                .with_context("path", path.display().to_string())
                .hint("use the version of rowsmith that created it, or set `path` in [cache.config] to another folder"))
        }
        Some(0) | None => Err(foreign(path)),
    }
}

fn foreign(path: &Path) -> Error {
    let message = format!("no cache format in {}", path.display());
    Error::new(ErrorKind::InvalidData, message)
        .with_context("path", path.display().to_string())
        .hint(format!("expected the line `{WORD} {FORMAT}`; the file may have been overwritten"))
}

/// Removes the drafts that killed processes have left. The caller holds the lock of the folder, so no draft is in use.
pub(crate) fn remove_drafts(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let middle = name.to_str().and_then(|name| name.strip_prefix(NAME)?.strip_suffix(".tmp"));
        if middle.is_some_and(|middle| middle.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit()))
            && let Err(error) = fs::remove_file(entry.path())
        {
            log::debug!("cannot remove {}: {error}", entry.path().display());
        }
    }
}

/// Writes the complete file or none. The caller holds the lock of the folder.
///
/// # Errors
/// Those of the file system.
pub(crate) fn write(folder: &Path) -> Result<()> {
    let path = folder.join(NAME);
    let draft = folder.join(format!("{NAME}.tmp"));
    let written = File::create_new(&draft)
        .and_then(|mut file| {
            writeln!(file, "{WORD} {FORMAT}")?;
            file.sync_all()
        })
        .and_then(|()| fs::rename(&draft, &path))
        .and_then(|()| sync_folder(folder));
    written.map_err(|error| Error::io("write", &path, &error))
}

/// Makes the new name durable, where folders can be opened.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::check;
    use rowsmith_plugin_api::prelude::ErrorKind;
    use std::path::Path;

    #[test]
    fn only_known_formats_are_accepted() {
        let cases = [
            ("this format", "rowsmith-cache 1\n", true),
            ("newer", "rowsmith-cache 7\n", false),
            ("no number", "rowsmith-cache\n", false),
            ("zero", "rowsmith-cache 0", false),
            ("another file", "hello", false),
            ("empty", "", false),
        ];
        for (case, text, accepted) in cases {
            let kind = check(Path::new("/c/rowsmith-cache"), text).map_err(|error| error.kind);
            assert_eq!(kind, if accepted { Ok(()) } else { Err(ErrorKind::InvalidData) }, "{case}");
        }
    }
}
