//! Reads an answer that comes as a stream: Server-Sent Events, or lines of JSON.
//!
//! Properties: parts that are written as events are read as the same number of parts, with every line break; the mark of the
//! end is kept.

use rowsmith_plugin_api::HttpResponse;
use rowsmith_plugin_api::service::Streamed;
use std::fmt::Write as _;

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Some(read) = Streamed::read(&HttpResponse::new(200, bytes)) else { return };
    for line_end in ["\n", "\r\n"] {
        let mut text = format!(": comment{line_end}{line_end}");
        for part in &read.parts {
            write!(text, "data: {part}{line_end}{line_end}").expect("writing to memory works");
        }
        if read.is_done {
            write!(text, "data: [DONE]{line_end}").expect("writing to memory works");
        }
        let again = Streamed::read(&HttpResponse::new(200, text));
        // Fractional numbers may differ in their last digit, so the parts are only counted.
        let found = again.map_or((0, false), |again| (again.parts.len(), again.is_done));
        assert_eq!(found, (read.parts.len(), read.is_done));
    }
}
