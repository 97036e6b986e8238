//! The start of a program and its first line.

use crate::{SHORT, launch, start, start_error};
use rowsmith_exec::{Launch, Message};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::has_program;

#[test]
fn the_first_line_has_task_and_options() {
    if !has_program("python3") {
        return;
    }
    let mut launch = launch(&["hello"]);
    launch.options.options.insert("table".to_owned(), json!(["a", 1]));
    launch.options.secret_env.insert("TEST_VARIABLE".to_owned(), Secret::new("hidden"));
    let folder = std::env::temp_dir().canonicalize().unwrap();
    launch.options.cwd = Some(folder.display().to_string());
    let (mut program, ready) = start(&launch).unwrap();
    assert_eq!(ready.model.as_deref(), Some("m"));
    let Message::Row(row) = program.receive().unwrap() else { panic!("no row") };
    let hello = json!({"rowsmith": 1, "kind": "scraper", "task": "test", "config": {"table": ["a", 1]},
        "features": ["progress", "columns", "state", "finish"]});
    let expected = json!({"hello": hello, "variable": "hidden", "folder": folder});
    assert_eq!(serde_json::from_str::<Value>(row.get()).unwrap(), expected);
    program.receive_done().unwrap();
    program.finish().unwrap();
}

#[test]
fn a_program_can_name_an_invalid_option() {
    if !has_program("python3") {
        return;
    }
    let error = start_error(&launch(&["refuses"]));
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Config, "no such table"));
    assert_eq!((error.context("config_key"), error.hint.as_deref()), (Some("options.table"), Some("look again")));
}

/// A key of the config, a part of the message, and the change that causes the error.
type InvalidLaunch = (&'static str, &'static str, fn(&mut Launch));

fn environment(name: &str) -> Environment {
    Environment::from_iter([(name.to_owned(), String::new())])
}

#[test]
fn a_failed_start_is_a_config_error() {
    let cases: [InvalidLaunch; 6] = [
        ("command", "has no program", |launch| launch.options.command = CommandLine::default()),
        ("command", "has no program", |launch| launch.options.command = CommandLine::new([" "])),
        ("command", "there is no such program", |launch| {
            launch.options.command = CommandLine::new(["rowsmith-nothing"]);
        }),
        ("cwd", "there is no such folder", |launch| launch.options.cwd = Some("no/such/folder".to_owned())),
        ("env", "`A=B`", |launch| launch.options.env = environment("A=B")),
        ("secret_env", "`A` is in both", |launch| {
            launch.options.env = environment("A");
            launch.options.secret_env.insert("A".to_owned(), Secret::new(""));
        }),
    ];
    for (key, part, change) in cases {
        let mut launch = launch(&["hello"]);
        change(&mut launch);
        let error = start_error(&launch);
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{error}");
        assert!(error.message.contains(part), "{error}");
    }
}

#[test]
fn a_program_that_is_never_ready_reaches_its_timeout() {
    if !has_program("python3") {
        return;
    }
    let mut launch = launch(&["hangs_at_first"]);
    launch.timeouts.start = SHORT;
    let error = start_error(&launch);
    assert_eq!(error.kind, ErrorKind::Retryable);
    assert!(error.message.contains("was not ready within"), "{error}");
    assert!(error.hint.unwrap().contains("start_timeout_secs"));
}

#[test]
fn an_interrupt_ends_a_wait() {
    if !has_program("python3") {
        return;
    }
    let stopped = || Error::new(ErrorKind::Cancelled, "stopped");
    let interrupt = Box::new(move || Err(stopped()));
    let error = rowsmith_exec::Connection::start(&launch(&["hangs_at_first"]), "test", interrupt).map(drop);
    assert_eq!(error.unwrap_err(), stopped());
}
