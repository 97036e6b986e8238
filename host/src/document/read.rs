//! Reads config files.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::Document;
use crate::diagnostic::Diagnostic;

/// Maximum size of a config; a larger file is probably a data file.
const MAX_BYTES: u64 = 4 << 20;

/// The reason why a config file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file does not exist.
    #[error("config file `{name}` does not exist")]
    Missing {
        /// The given path.
        name: String,
    },
    /// The path is a directory.
    #[error("config file `{name}` is a directory")]
    Directory {
        /// The given path.
        name: String,
    },
    /// The file is larger than 4 MiB.
    #[error("config file `{name}` is larger than 4 MiB")]
    TooLarge {
        /// The given path.
        name: String,
    },
    /// The file is encoded as UTF-16, the default of some Windows editors.
    #[error("config file `{name}` is UTF-16; save it as UTF-8")]
    Utf16 {
        /// The given path.
        name: String,
    },
    /// The file is not UTF-8.
    #[error("config file `{name}` is not UTF-8 text: byte {column} of line {line} is invalid")]
    NotUtf8 {
        /// The given path.
        name: String,
        /// Line of the first invalid byte, from 1.
        line: usize,
        /// Position of that byte in its line, from 1.
        column: usize,
    },
    /// The file cannot be read.
    #[error("cannot read config file `{name}`")]
    Io {
        /// The given path.
        name: String,
        /// The error of the system.
        source: io::Error,
    },
    /// The text is not valid TOML.
    #[error("config file `{}` is not valid", .0.name)]
    Invalid(Box<InvalidDocument>),
}

/// An invalid text with its diagnostics.
#[derive(Debug)]
pub struct InvalidDocument {
    /// Name of the file in messages.
    pub name: String,
    /// The text.
    pub text: String,
    /// The problems.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads a file as text.
///
/// # Errors
/// When the file does not exist, is not UTF-8, or is larger than 4 MiB.
pub fn read_text(path: &Path) -> Result<String, ConfigError> {
    let name = path.display().to_string();
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ConfigError::Missing { name: name.clone() },
        io::ErrorKind::IsADirectory => ConfigError::Directory { name: name.clone() },
        _ => ConfigError::Io { name: name.clone(), source: error },
    };
    if path.is_dir() {
        return Err(ConfigError::Directory { name });
    }
    let mut bytes = Vec::new();
    // One byte more than allowed distinguishes a file that is too large, independent of its metadata.
    File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(failed)?;
    decode(&name, bytes)
}

/// Decodes the bytes of the file `name`, without a byte order mark.
///
/// # Errors
/// When they are not UTF-8, or more than 4 MiB.
pub fn decode(name: &str, bytes: Vec<u8>) -> Result<String, ConfigError> {
    let name = name.to_owned();
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
        return Err(ConfigError::TooLarge { name });
    }
    // A config begins with ASCII, so that UTF-16 without a mark has a zero byte within the first two characters.
    let marked = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    if marked || bytes.iter().take(4).any(|byte| *byte == 0) {
        return Err(ConfigError::Utf16 { name });
    }
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let valid = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
        let line_start = valid.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let line = valid.split(|byte| *byte == b'\n').count();
        ConfigError::NotUtf8 { name, line, column: valid.len() - line_start + 1 }
    })?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
}

impl Document {
    /// Reads and parses a file.
    ///
    /// # Errors
    /// When the file cannot be read, or is not valid TOML.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let (name, text) = (path.display().to_string(), read_text(path)?);
        // Parsed as a copy, because diagnostics of an invalid text are shown with it.
        Self::parse(name.clone(), text.clone())
            .map_err(|diagnostics| ConfigError::Invalid(Box::new(InvalidDocument { name, text, diagnostics })))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{ConfigError, Document, decode};

    #[test]
    fn invalid_bytes_are_refused() {
        for bytes in [b"\xff\xfea\0", b"\xfe\xff\0a", b"a\0=\0"] {
            assert!(matches!(decode("f", bytes.to_vec()), Err(ConfigError::Utf16 { .. })), "{bytes:?}");
        }
        let latin = decode("f", b"a = 1\nb = \"caf\xe9\"".to_vec());
        assert!(matches!(latin, Err(ConfigError::NotUtf8 { line: 2, column: 9, .. })), "{latin:?}");
        assert!(matches!(decode("f", vec![b'#'; (4 << 20) + 1]), Err(ConfigError::TooLarge { .. })));
        assert_eq!(decode("f", b"\xef\xbb\xbfa = 1".to_vec()).unwrap(), "a = 1");
        assert_eq!(decode("f", vec![b'#'; 4 << 20]).unwrap().len(), 4 << 20);
    }

    #[test]
    fn invalid_paths_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rowsmith.toml");
        assert!(matches!(Document::read(&path), Err(ConfigError::Missing { .. })));
        assert!(matches!(Document::read(folder.path()), Err(ConfigError::Directory { .. })));
        assert!(matches!(Document::read(Path::new("")), Err(ConfigError::Missing { .. })));
        std::fs::write(&path, "a = ").unwrap();
        let Err(ConfigError::Invalid(invalid)) = Document::read(&path) else {
            panic!("an incomplete line is not TOML")
        };
        assert_eq!((invalid.text.as_str(), invalid.diagnostics.len()), ("a = ", 1));
        std::fs::write(&path, "\u{feff}a = 1").unwrap();
        assert_eq!(Document::read(&path).unwrap().text, "a = 1");
    }
}
