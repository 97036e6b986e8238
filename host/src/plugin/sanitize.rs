//! Sanitizes the errors of plugins: no secrets, one line, bounded length.
//!
//! Control characters stay; the printer escapes them.

use crate::redact::Redactor;
use rowsmith_plugin_api::Error;

/// Maximum characters of a message.
const MAX_MESSAGE_CHARS: usize = 2_000;
/// Maximum characters of a hint or a context value.
const MAX_CONTEXT_CHARS: usize = 500;
/// Maximum context entries.
const MAX_CONTEXT_ENTRIES: usize = 32;
/// Extra characters that are searched for secrets, so that a secret at the cut is found.
const MARGIN: usize = 4_096;

/// Returns the sanitized error.
pub fn sanitize_error(mut error: Error, redactor: &Redactor) -> Error {
    error.message = sanitize_text(&error.message, MAX_MESSAGE_CHARS, redactor);
    error.hint = error.hint.map(|hint| sanitize_text(&hint, MAX_CONTEXT_CHARS, redactor));
    error.context.truncate(MAX_CONTEXT_ENTRIES);
    for (_, value) in &mut error.context {
        *value = sanitize_text(value, MAX_CONTEXT_CHARS, redactor);
    }
    error
}

/// Returns a plugin's text on one line, without secrets, and at most `max_chars` characters.
pub fn sanitize_text(text: &str, max_chars: usize, redactor: &Redactor) -> String {
    let cut = |text: &str, at: usize| text.char_indices().nth(at).map(|(offset, _)| offset);
    let end = cut(text, max_chars + MARGIN).unwrap_or(text.len());
    let clean = redactor.clean_message(text.get(..end).unwrap_or_default());
    let (kept, is_cut) = match cut(&clean, max_chars) {
        Some(end) => (clean.get(..end).unwrap_or_default(), true),
        None => (clean.as_ref(), end < text.len()),
    };
    let mut line = String::with_capacity(kept.len() + 4);
    for part in kept.lines().map(str::trim).filter(|part| !part.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(part);
    }
    if is_cut {
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowsmith_plugin_api::ErrorKind;

    #[test]
    fn a_secret_at_the_cut_is_not_shown_in_part() {
        let redactor = Redactor::default();
        redactor.add(["secret-0123456789".to_owned()]);
        let text = format!("{}secret-0123456789{}", "x".repeat(MAX_MESSAGE_CHARS - 6), "y".repeat(10_000_000));
        let error = sanitize_error(Error::new(ErrorKind::Other, text).hint("not secret-0123456789"), &redactor);
        assert!(!error.message.contains("secret-0"), "{}", error.message.get(1_990..).unwrap_or_default());
        assert!(error.message.ends_with('…') && error.message.chars().count() == MAX_MESSAGE_CHARS + 1);
        assert_eq!(error.hint.as_deref(), Some("not [secret]"));
    }

    #[test]
    fn lines_become_one() {
        let clean = sanitize_text("it failed\r\n\n  error: all is well\n", 100, &Redactor::default());
        assert_eq!(clean, "it failed error: all is well");
    }
}
