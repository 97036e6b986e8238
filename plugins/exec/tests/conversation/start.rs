//! From the start of a program to its first words.

use crate::{SHORT, launch, refused, start};
use rowsmith_exec::{Launch, Message};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::has_program;

#[test]
fn the_program_is_told_what_it_needs() {
    if !has_program("python3") {
        return;
    }
    let mut launch = launch(&["hello"]);
    launch.options.insert("table".to_owned(), json!(["a", 1]));
    launch.secret_env.insert("TEST_VARIABLE".to_owned(), Secret::new("hidden"));
    let folder = std::env::temp_dir().canonicalize().unwrap();
    launch.cwd = Some(folder.display().to_string());
    let (mut program, ready) = start(&launch).unwrap();
    assert_eq!(ready.model.as_deref(), Some("m"));
    let Message::Row(row) = program.receive().unwrap() else { panic!("no row") };
    let hello = json!({"rowsmith": 1, "kind": "scraper", "task": "test", "config": {"table": ["a", 1]}});
    let expected = json!({"hello": hello, "variable": "hidden", "folder": folder});
    assert_eq!(serde_json::from_str::<Value>(row.get()).unwrap(), expected);
    program.receive_done().unwrap();
    program.finish().unwrap();
}

#[test]
fn a_wrong_option_is_named_by_the_program() {
    if !has_program("python3") {
        return;
    }
    let error = refused(&launch(&["refuses"]));
    assert_eq!((error.kind, error.message.as_str()), (ErrorKind::Config, "no such table"));
    assert_eq!((error.context("config_key"), error.hint.as_deref()), (Some("options.table"), Some("look again")));
}

/// A key of the config, a part of the message, and the change that makes it.
type Refused = (&'static str, &'static str, fn(&mut Launch));

#[test]
fn a_program_that_cannot_be_started_is_a_mistake_in_the_config() {
    let cases: [Refused; 6] = [
        ("command", "`command` names no program", |launch| launch.command.clear()),
        ("command", "`command` names no program", |launch| launch.command = vec![" ".to_owned()]),
        ("command", "there is no such program", |launch| launch.command = vec!["rowsmith-nothing".to_owned()]),
        ("cwd", "there is no such folder", |launch| launch.cwd = Some("no/such/folder".to_owned())),
        ("env", "`A=B` cannot be the name", |launch| drop(launch.env.insert("A=B".to_owned(), String::new()))),
        ("secret_env", "`A` is in `env` and in `secret_env`", |launch| {
            launch.env.insert("A".to_owned(), String::new());
            launch.secret_env.insert("A".to_owned(), Secret::new(""));
        }),
    ];
    for (key, part, change) in cases {
        let mut launch = launch(&["hello"]);
        change(&mut launch);
        let error = refused(&launch);
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{error}");
        assert!(error.message.contains(part), "{error}");
    }
}

#[test]
fn a_program_that_is_never_ready_is_given_up() {
    if !has_program("python3") {
        return;
    }
    let mut launch = launch(&["hangs_at_first"]);
    launch.limits.start = SHORT;
    let error = refused(&launch);
    assert_eq!(error.kind, ErrorKind::Retryable);
    assert!(error.message.contains("was not ready within"), "{error}");
    assert!(error.hint.unwrap().contains("flushes its output"));
}

#[test]
fn a_wait_ends_when_it_is_not_wanted_any_more() {
    if !has_program("python3") {
        return;
    }
    let stopped = || Error::new(ErrorKind::Cancelled, "stopped");
    let interrupt = Box::new(move || Err(stopped()));
    let error = rowsmith_exec::Connection::start(&launch(&["hangs_at_first"]), "test", interrupt).map(drop);
    assert_eq!(error.unwrap_err(), stopped());
}
