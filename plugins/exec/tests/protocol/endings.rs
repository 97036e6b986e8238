//! Exits of a program.

use crate::{SHORT, launch, running, start, start_error};
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::has_program;

#[test]
fn exit_codes_have_kinds() {
    if !has_program("python3") {
        return;
    }
    let cases = [
        ("1", ErrorKind::Other),
        ("64", ErrorKind::Config),
        ("65", ErrorKind::InvalidData),
        ("66", ErrorKind::NotFound),
        ("69", ErrorKind::Retryable),
        ("74", ErrorKind::Io),
        ("77", ErrorKind::Auth),
        ("78", ErrorKind::Config),
    ];
    for (code, kind) in cases {
        let error = start_error(&launch(&["exits", code]));
        assert_eq!((error.kind, error.context("exit_code")), (kind, Some(code)), "{error}");
        assert!(error.message.ends_with(&format!("ended with exit code {code}: second")), "{error}");
        assert!(error.hint.unwrap().ends_with(": first"));
    }
}

#[test]
#[cfg(unix)]
fn signals_are_named() {
    if !has_program("python3") {
        return;
    }
    let error = start_error(&launch(&["killed"]));
    assert_eq!(error.kind, ErrorKind::Other);
    assert!(error.message.ends_with("was killed by signal 9 (SIGKILL)"), "{error}");
}

#[test]
fn an_exit_before_done_is_an_error() {
    if !has_program("python3") {
        return;
    }
    let cases = [
        (PluginKind::Scraper, "{\"done\": true}"),
        (PluginKind::Exporter, "`finish`"),
        (PluginKind::Provider, "until its standard input ends"),
    ];
    for (kind, hint) in cases {
        let mut launch = launch(&["silent_end"]);
        launch.kind = kind;
        let error = start(&launch).unwrap().0.receive().unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidData);
        assert_eq!(error.context("exit_code"), Some("0"), "{error}");
        assert!(error.hint.unwrap().contains(hint));
    }

    let error = running("raises").receive().unwrap_err();
    assert!(error.message.ends_with("ended with exit code 1: ValueError: no such thing"), "{error}");
}

#[test]
fn a_failed_exit_after_done_is_an_error() {
    if !has_program("python3") {
        return;
    }
    let mut program = running("ends_badly");
    program.receive_done().unwrap();
    assert_eq!(program.finish().unwrap_err().kind, ErrorKind::Io);
}

#[test]
fn a_program_that_does_not_exit_after_done_is_killed() {
    if !has_program("python3") {
        return;
    }
    let mut launch = launch(&["does_not_end"]);
    launch.timeouts.grace = SHORT;
    let (mut program, _) = start(&launch).unwrap();
    program.receive_done().unwrap();
    program.finish().unwrap();
    start(&launch).unwrap().0.shut_down();
}

#[test]
fn a_program_that_hangs_reaches_its_timeout() {
    if !has_program("python3") {
        return;
    }
    let mut launch = launch(&["hangs"]);
    launch.timeouts.answer = SHORT;
    let (mut program, _) = start(&launch).unwrap();
    let error = program.receive().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Retryable);
    assert!(error.message.contains("did not answer within"), "{error}");
    // It does not read either, and the line exceeds the capacity of the pipe.
    let error = program.send("x".repeat(1 << 20)).unwrap_err();
    assert!(error.message.contains("did not read its input within"), "{error}");
}
