//! What is said about lines that do not belong into the conversation.

use crate::{launch, refused, start};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::has_program;

#[test]
fn a_line_that_is_none_of_the_conversation_is_quoted() {
    if !has_program("python3") {
        return;
    }
    let cases = [
        ("prints", "wrote a line that is no JSON object; it begins with: Loading the model ..."),
        ("array", "wrote a line that is no JSON object; it begins with: [1]"),
        ("unknown", "wrote a line that has none of the known keys; it begins with: {\"reday\": 1}"),
        ("not_utf8", "wrote a line that is not UTF-8; it begins with: {\"row\": \"�\"}"),
        ("huge", "wrote a line that is longer than 16 MiB; it begins with: {\"row\": \"xxx"),
    ];
    for (part, expected) in cases {
        let error = refused(&launch(&[part]));
        assert_eq!(error.kind, ErrorKind::InvalidData, "{part}: {error}");
        assert!(error.message.contains(expected), "{part}: {error}");
        assert!(error.message.len() < 400, "{part}: {error}");
        assert!(error.hint.unwrap().contains("standard error"), "{part}");
    }
}

#[test]
fn another_version_of_the_conversation_is_refused() {
    if !has_program("python3") {
        return;
    }
    let error = refused(&launch(&["new_version"]));
    assert_eq!(error.kind, ErrorKind::Unsupported);
    assert!(error.message.contains("speaks version 2"), "{error}");
}

#[test]
fn a_flood_on_standard_error_and_log_lines_are_no_part_of_it() {
    if !has_program("python3") {
        return;
    }
    let (mut program, _) = start(&launch(&["floods"])).unwrap();
    program.receive_done().unwrap();
    program.finish().unwrap();
}
