//! Keeps spreadsheets from running text as a formula, by the advice of OWASP on CSV injection.

/// Puts a `'` in front of text that would be run; `space` is the room to do so. Everything else is returned as it is.
pub(crate) fn guarded<'a>(text: &'a str, space: &'a mut String) -> &'a str {
    if !is_formula(text) {
        return text;
    }
    space.clear();
    space.push('\'');
    space.push_str(text);
    space
}

fn is_formula(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n' | 0))
}
