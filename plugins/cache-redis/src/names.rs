//! Names of the keys on the server.
//!
//! A prefix contains no colon, so that the keys of two prefixes never have the same name.

use rowsmith_plugin_api::prelude::{Key, QuotaWindow};

/// The names of one prefix.
#[derive(Debug)]
pub(crate) struct Names {
    prefix: String,
    answers: Vec<u8>,
    /// Sorted set of the keys of all answers, in the order of their bytes.
    pub(crate) index: String,
    /// Sorted set of the keys of answers that expire, with the milliseconds of their ends.
    pub(crate) expiring: String,
}

impl Names {
    pub(crate) fn new(prefix: &str) -> Self {
        Self {
            prefix: prefix.to_owned(),
            answers: format!("{prefix}:a:").into_bytes(),
            index: format!("{prefix}:index"),
            expiring: format!("{prefix}:expiring"),
        }
    }

    /// Beginning of the names of answers.
    pub(crate) fn answers(&self) -> &[u8] {
        &self.answers
    }

    /// Name of an answer.
    pub(crate) fn answer(&self, key: &Key) -> Vec<u8> {
        [&self.answers[..], key].concat()
    }

    /// Returns the key of an answer's name.
    pub(crate) fn key(&self, name: &[u8]) -> Option<Key> {
        name.strip_prefix(&self.answers[..])?.try_into().ok()
    }

    /// Name of a lease.
    pub(crate) fn lease(&self, key: &Key) -> Vec<u8> {
        [self.prefix.as_bytes(), b":l:", key].concat()
    }

    /// Name of a quota window: name, unit and length, so that windows of different lengths are apart.
    pub(crate) fn window(&self, name: &str, window: &QuotaWindow) -> String {
        format!("{}:q:{name}:{}:{}", self.prefix, window.unit, window.window_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_answers_are_read_back() {
        let names = Names::new("a/b");
        let key = *b"*?[]\\ \n\r\0\xff0123456789012345678901";
        assert_eq!(names.key(&names.answer(&key)), Some(key));
        for other in [&b"a/b:a:short"[..], b"a/b:index", b"a:a:01234567890123456789012345678901"] {
            assert_eq!(names.key(other), None);
        }
    }
}
