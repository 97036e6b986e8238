//! Prevents spreadsheets from running text as a formula, as OWASP advises on CSV injection.

/// Returns text that a spreadsheet would run with a `'` in front, built in `buffer`; other text is returned unchanged.
pub(crate) fn guarded<'a>(text: &'a str, buffer: &'a mut String) -> &'a str {
    if !is_formula(text) {
        return text;
    }
    buffer.clear();
    buffer.push('\'');
    buffer.push_str(text);
    buffer
}

/// Removes the `'` that [`guarded`] puts in front.
pub(crate) fn unguarded(text: &str) -> &str {
    text.strip_prefix('\'').filter(|text| is_formula(text)).unwrap_or(text)
}

fn is_formula(text: &str) -> bool {
    matches!(text.as_bytes().first(), Some(b'=' | b'+' | b'-' | b'@' | b'\t' | b'\r' | b'\n' | 0))
}
