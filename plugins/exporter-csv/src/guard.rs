//! Prevents spreadsheets from running text as a formula, as OWASP advises on CSV injection.

use rowsmith_plugin_api::text::is_invisible;

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

/// Spreadsheets ignore white space before a formula, and some read signs of full width as the plain ones.
fn is_formula(text: &str) -> bool {
    // Almost every text begins with a letter or a digit.
    if text.as_bytes().first().is_none_or(u8::is_ascii_alphanumeric) {
        return false;
    }
    if text.starts_with(['\t', '\r', '\n', '\0']) {
        return true;
    }
    let is_skipped = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
    text.trim_start_matches(is_skipped).starts_with(is_sign)
}

/// The signs that begin a formula, and those of full width, of small width and of mathematics that are read as the same.
fn is_sign(c: char) -> bool {
    matches!(
        c,
        '=' | '+'
            | '-'
            | '@'
            | '\u{ff1d}'
            | '\u{ff0b}'
            | '\u{ff0d}'
            | '\u{ff20}'
            | '\u{fe66}'
            | '\u{fe62}'
            | '\u{fe63}'
            | '\u{fe6b}'
            | '\u{2212}'
    )
}
