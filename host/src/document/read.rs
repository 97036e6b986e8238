//! From a path to text: the one place that reads config files.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use super::Document;
use crate::diagnostic::Diagnostic;

/// A config larger than this is a mistake, such as a data file in its place.
const MAX_BYTES: u64 = 4 << 20;

/// Why a config file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// There is no such file.
    #[error("config file `{name}` does not exist")]
    Missing {
        /// The path as it was given.
        name: String,
    },
    /// The path leads to a directory.
    #[error("config file `{name}` is a directory")]
    Directory {
        /// The path as it was given.
        name: String,
    },
    /// The file is larger than a config can be.
    #[error("config file `{name}` is larger than 4 MiB")]
    TooLarge {
        /// The path as it was given.
        name: String,
    },
    /// The file is encoded as UTF-16, as some Windows editors do.
    #[error("config file `{name}` is UTF-16; save it as UTF-8")]
    Utf16 {
        /// The path as it was given.
        name: String,
    },
    /// The file is not text.
    #[error("config file `{name}` is not UTF-8 text: byte {column} of line {line} is invalid")]
    NotUtf8 {
        /// The path as it was given.
        name: String,
        /// The line of the first invalid byte, from 1.
        line: usize,
        /// The place of that byte in its line, from 1.
        column: usize,
    },
    /// The file cannot be read.
    #[error("cannot read config file `{name}`")]
    Io {
        /// The path as it was given.
        name: String,
        /// What the system says.
        source: io::Error,
    },
    /// The text has mistakes.
    #[error("config file `{}` is not valid", .0.name)]
    Invalid(Box<InvalidDocument>),
}

/// A text with mistakes, and all that is needed to show them.
#[derive(Debug)]
pub struct InvalidDocument {
    /// What the file is called in messages.
    pub name: String,
    /// Its text.
    pub text: String,
    /// The mistakes.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads `path` as text.
///
/// # Errors
/// When there is no such file, or it is not text of a size that a config can have.
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
    // One byte more than allowed tells a file that is too large from one that just fits, whatever its metadata claims.
    File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(failed)?;
    decode(&name, bytes)
}

/// Turns the bytes of the file `name` into text, without a byte order mark.
///
/// # Errors
/// When they are not UTF-8, or too many.
pub fn decode(name: &str, bytes: Vec<u8>) -> Result<String, ConfigError> {
    let name = name.to_owned();
    if u64::try_from(bytes.len()).is_ok_and(|length| length > MAX_BYTES) {
        return Err(ConfigError::TooLarge { name });
    }
    // Most of a config is ASCII, so UTF-16 without a mark shows a zero byte within the first two characters.
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
    /// Reads and parses `path`.
    ///
    /// # Errors
    /// When the file cannot be read as text, or its text has mistakes.
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let (name, text) = (path.display().to_string(), read_text(path)?);
        // The text is parsed as a copy, because the diagnostics of a broken one are shown with it.
        Self::parse(name.clone(), text.clone())
            .map_err(|diagnostics| ConfigError::Invalid(Box::new(InvalidDocument { name, text, diagnostics })))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{ConfigError, Document, decode};

    #[test]
    fn says_what_is_wrong_with_the_bytes() {
        let cases: [(&str, Vec<u8>, &str); 5] = [
            ("little endian", b"\xff\xfea\0".to_vec(), "config file `f` is UTF-16; save it as UTF-8"),
            ("big endian", b"\xfe\xff\0a".to_vec(), "config file `f` is UTF-16; save it as UTF-8"),
            ("unmarked", b"a\0=\0b\0".to_vec(), "config file `f` is UTF-16; save it as UTF-8"),
            (
                "latin 1",
                b"a = 1\nb = \"caf\xe9\"".to_vec(),
                "config file `f` is not UTF-8 text: byte 9 of line 2 is invalid",
            ),
            ("too large", vec![b'#'; (4 << 20) + 1], "config file `f` is larger than 4 MiB"),
        ];
        for (name, bytes, wanted) in cases {
            assert_eq!(decode("f", bytes).unwrap_err().to_string(), wanted, "{name}");
        }
        assert_eq!(decode("f", b"\xef\xbb\xbfa = 1".to_vec()).unwrap(), "a = 1");
        assert_eq!(decode("f", vec![b'#'; 4 << 20]).unwrap().len(), 4 << 20);
    }

    #[test]
    fn says_what_is_wrong_with_the_path() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rowsmith.toml");
        assert!(matches!(Document::read(&path), Err(ConfigError::Missing { .. })));
        assert!(matches!(Document::read(folder.path()), Err(ConfigError::Directory { .. })));
        assert!(matches!(Document::read(Path::new("")), Err(ConfigError::Missing { .. })));
        std::fs::write(&path, "a = ").unwrap();
        let Err(ConfigError::Invalid(invalid)) = Document::read(&path) else { panic!("a half line is not TOML") };
        assert_eq!((invalid.text.as_str(), invalid.diagnostics.len()), ("a = ", 1));
        std::fs::write(&path, "\u{feff}a = 1").unwrap();
        assert_eq!(Document::read(&path).unwrap().text, "a = 1");
    }
}
