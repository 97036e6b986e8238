//! What the end of a program means.

use crate::{SHORT, launch, refused, running, start};
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
        let error = refused(&launch(&["exits", code]));
        assert_eq!((error.kind, error.context("exit_code")), (kind, Some(code)), "{error}");
        assert!(error.message.ends_with(&format!("ended with exit code {code}: it broke")), "{error}");
        assert_eq!(error.hint.as_deref(), Some("before that it said: it began well"), "{error}");
    }
}

#[test]
#[cfg(unix)]
fn signals_are_named() {
    if !has_program("python3") {
        return;
    }
    let error = refused(&launch(&["killed"]));
    assert_eq!(error.kind, ErrorKind::Other);
    assert!(error.message.ends_with("was killed by signal 9 (SIGKILL)"), "{error}");
}

#[test]
fn an_end_before_it_is_done_is_an_error_however_it_looks() {
    if !has_program("python3") {
        return;
    }
    let cases = [
        (PluginKind::Scraper, "a program ends its work with a line that says so: {\"done\": true}"),
        (PluginKind::Exporter, "a program goes on until it is told to finish, and answers that with {\"done\": true}"),
        (PluginKind::Provider, "a program goes on answering until its standard input ends"),
    ];
    for (kind, hint) in cases {
        let mut launch = launch(&["silent_end"]);
        launch.kind = kind;
        let error = start(&launch).unwrap().0.receive().unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidData);
        assert!(error.message.ends_with("ended with exit code 0 before it was done"), "{error}");
        assert_eq!(error.hint.as_deref(), Some(hint));
    }

    let error = running("raises").receive().unwrap_err();
    assert!(error.message.ends_with("ended with exit code 1: ValueError: no such thing"), "{error}");
}

#[test]
fn an_end_with_an_error_after_it_is_done_is_one() {
    if !has_program("python3") {
        return;
    }
    let mut program = running("ends_badly");
    program.receive_done().unwrap();
    assert_eq!(program.finish().unwrap_err().kind, ErrorKind::Io);
}

#[test]
fn a_program_that_does_not_end_is_killed_and_its_work_counts() {
    if !has_program("python3") {
        return;
    }
    let mut launch = launch(&["does_not_end"]);
    launch.limits.grace = SHORT;
    let (mut program, _) = start(&launch).unwrap();
    program.receive_done().unwrap();
    program.finish().unwrap();
    start(&launch).unwrap().0.dismiss();
}

#[test]
fn a_program_that_hangs_is_given_up() {
    if !has_program("python3") {
        return;
    }
    let mut launch = launch(&["hangs"]);
    launch.limits.answer = SHORT;
    let (mut program, _) = start(&launch).unwrap();
    let error = program.receive().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Retryable);
    assert!(error.message.contains("did not answer within"), "{error}");
    // It does not read either: more than its pipe holds stays with us.
    let error = program.send("x".repeat(1 << 20)).unwrap_err();
    assert!(error.message.contains("did not take its input within"), "{error}");
}
