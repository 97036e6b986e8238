//! Excerpts of a program's output for messages.

/// Maximum characters of an excerpt.
const MAX_CHARS: usize = 120;

/// The beginning of a text, on one line.
pub(crate) fn excerpt(text: &str) -> String {
    let mut start: String = text.trim().chars().take(MAX_CHARS).collect();
    start = start.replace(char::is_control, " ");
    if text.trim().chars().nth(MAX_CHARS).is_some() {
        start.push('…');
    }
    start
}
