//! Reads the wait that a service asks for: the value of a header, or the text of an error.
//!
//! Properties: a text that asks for a number of seconds is understood behind any other text.

use rowsmith_plugin_api::duration::{parse_duration, parse_wait};
use rowsmith_plugin_api::service::{one_line, wait_in_text};
use std::time::Duration;

/// Characters of an excerpt.
const CHARS: usize = 80;

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = (parse_wait(text), parse_duration(text));
    if wait_in_text(text).is_none() {
        let asked = format!("{text}. Please retry in 42.5s.");
        assert_eq!(wait_in_text(&asked), Some(Duration::from_millis(42_500)), "{asked:?}");
    }
    let line = one_line(text, CHARS);
    assert!(!line.contains('\n'), "{line:?}");
}
