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
fn a_line_with_two_meanings_loses_none_of_them_in_silence() {
    if !has_program("python3") {
        return;
    }
    let cases = [
        (r#"{"log": "info", "message": "m", "row": {"a": 1}}"#, "`log` and `row`"),
        (r#"{"row": {"a": 1}, "done": true}"#, "`row` and `done`"),
        (r#"{"error": {"message": "m"}, "log": "info"}"#, "`log` and `error`"),
        (r#"{"id": 1, "answer": {}, "row": {}}"#, "`row` and `id`"),
    ];
    for (line, keys) in cases {
        let (mut program, _) = start(&launch(&["two_things", line])).unwrap();
        let error = program.receive().unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidData, "{line}: {error}");
        let expected = format!("wrote a line that means two things, {keys}; it begins with: {line}");
        assert!(error.message.ends_with(&expected), "{line}: {error}");
        assert!(error.hint.unwrap().contains("a line for each"), "{line}");
    }
    // Neither of these has a second meaning.
    for line in [r#"{"id": 1, "error": {"message": "m"}}"#, r#"{"row": {"a": 1}, "done": false, "error": null}"#] {
        let (mut program, _) = start(&launch(&["two_things", line])).unwrap();
        program.receive().unwrap();
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
