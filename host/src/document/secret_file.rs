//! Reads a secret from a file.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Maximum size of a secret.
const MAX_BYTES: u64 = 64 << 10;

/// The content of a secret's file. Without `Debug`, so that it cannot be printed by accident.
pub struct SecretFile {
    /// The text, including trailing line breaks.
    pub text: String,
    /// True if other users can read or write the file.
    pub open_to_others: bool,
}

/// Reads a secret from a file.
///
/// # Errors
/// When the file cannot be read, is larger than 64 KiB or is not UTF-8.
pub fn read_secret_file(path: &Path) -> io::Result<SecretFile> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    let mut text = String::new();
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if u64::try_from(text.len()).is_ok_and(|length| length > MAX_BYTES) {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file is larger than 64 KiB"));
    }
    Ok(SecretFile { text, open_to_others: is_open_to_others(&metadata) })
}

#[cfg(unix)]
fn is_open_to_others(metadata: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o077 != 0
}

/// Other systems have no file mode.
#[cfg(not(unix))]
fn is_open_to_others(_: &std::fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::read_secret_file;

    #[test]
    fn unreadable_and_large_files_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(read_secret_file(&path).is_err());
        assert!(read_secret_file(folder.path()).is_err());
        std::fs::write(&path, vec![b'x'; (64 << 10) + 1]).unwrap();
        assert!(read_secret_file(&path).is_err());
        std::fs::write(&path, b"\xff").unwrap();
        assert!(read_secret_file(&path).is_err());
        std::fs::write(&path, "text\n").unwrap();
        assert_eq!(read_secret_file(&path).map(|file| file.text).unwrap(), "text\n");
    }

    #[cfg(unix)]
    #[test]
    fn access_of_other_users_is_detected() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        std::fs::write(&path, "text").unwrap();
        for (mode, wanted) in [(0o600, false), (0o400, false), (0o640, true), (0o604, true)] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(read_secret_file(&path).unwrap().open_to_others, wanted, "{mode:o}");
        }
    }
}
