//! Errors of lines that are not part of the protocol.

use crate::{launch, start, start_error};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::has_program;

#[test]
fn errors_of_invalid_lines_have_an_excerpt() {
    if !has_program("python3") {
        return;
    }
    let cases = [
        ("prints", "is not a JSON object: Loading the model ..."),
        ("array", "is not a JSON object: [1]"),
        ("unknown", "has none of the known keys: {\"reday\": 1}"),
        ("not_utf8", "is not UTF-8: {\"row\": \"�\"}"),
        ("huge", "exceeds 16 MiB: {\"row\": \"xxx"),
    ];
    for (part, expected) in cases {
        let error = start_error(&launch(&[part]));
        assert_eq!(error.kind, ErrorKind::InvalidData, "{part}: {error}");
        assert!(error.message.contains(expected), "{part}: {error}");
        assert!(error.message.len() < 400, "{part}: {error}");
        assert!(error.hint.unwrap().contains("standard error"), "{part}");
    }
}

#[test]
fn a_line_with_two_messages_is_an_error() {
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
        assert!(error.message.contains(keys) && error.message.ends_with(line), "{line}: {error}");
    }
    // These have one message each.
    for line in [r#"{"id": 1, "error": {"message": "m"}}"#, r#"{"row": {"a": 1}, "done": false, "error": null}"#] {
        let (mut program, _) = start(&launch(&["two_things", line])).unwrap();
        program.receive().unwrap();
    }
}

#[test]
fn another_version_of_the_protocol_is_an_error() {
    if !has_program("python3") {
        return;
    }
    let error = start_error(&launch(&["new_version"]));
    assert_eq!(error.kind, ErrorKind::Unsupported);
    assert!(error.message.contains("version 2"), "{error}");
}

#[test]
fn standard_error_and_log_lines_are_not_messages() {
    if !has_program("python3") {
        return;
    }
    let (mut program, _) = start(&launch(&["floods"])).unwrap();
    program.receive_done().unwrap();
    program.finish().unwrap();
}
