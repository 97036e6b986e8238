//! Questions to several programs, and what becomes of those whose program breaks.

use crate::{LONG, SHORT, launch};
use rowsmith_exec::{Launch, Programs};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{block_on, has_program};
use std::io::Read as _;
use std::net::TcpListener;
use std::time::Instant;

fn ask(programs: &Programs, question: &str) -> Result<String> {
    let reply = block_on(programs.ask(json!(question).to_string()))?;
    Ok(reply.text.or_else(|| reply.answer.map(|answer| answer.get().to_owned())).unwrap_or_default())
}

fn programs(launch: &Launch, restarts: u32) -> Programs {
    Programs::start(launch, 1, restarts, Box::new(|| Ok(()))).unwrap()
}

#[test]
fn one_program_answers_one_question_after_the_other() {
    if !has_program("python3") {
        return;
    }
    let programs = programs(&launch(&["answers"]), 0);
    let first = ask(&programs, "a").unwrap();
    let second = ask(&programs, "b").unwrap();
    let (pid, _) = first.split_once(": a").unwrap();
    assert_eq!(second, format!("{pid}: b"));
}

#[test]
fn several_programs_answer_several_questions() {
    if !has_program("python3") {
        return;
    }
    let programs = Programs::start(&launch(&["answers"]), 3, 0, Box::new(|| Ok(()))).unwrap();
    let answers: Vec<String> = std::thread::scope(|scope| {
        let ask = |at: usize| ask(&programs, &at.to_string()).unwrap();
        let threads: Vec<_> = (0..12).map(|at| scope.spawn(move || ask(at))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (at, answer) in answers.iter().enumerate() {
        assert!(answer.ends_with(&format!(": {at}")), "{answer}");
    }
}

#[test]
fn an_answer_can_be_an_error_and_the_program_goes_on() {
    if !has_program("python3") {
        return;
    }
    let programs = programs(&launch(&["refuses_some"]), 0);
    let error = ask(&programs, "bad").unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str(), error.retry_after_ms),
        (ErrorKind::Blocked, "not this one", Some(7))
    );
    assert_eq!(ask(&programs, "good").unwrap(), "[1.5]");
}

#[test]
fn a_program_that_breaks_is_started_again() {
    if !has_program("python3") {
        return;
    }
    let programs = programs(&launch(&["crashes_on_some"]), 1);
    for _ in 0..2 {
        let error = ask(&programs, "bad").unwrap_err();
        assert_eq!((error.kind, error.may_be_billed), (ErrorKind::Retryable, true), "{error}");
        assert!(error.message.ends_with("was killed by signal 11 (SIGSEGV)"), "{error}");
        assert_eq!(ask(&programs, "good").unwrap(), "fine", "an answer makes up for a break");
    }
    assert_eq!(ask(&programs, "bad").unwrap_err().kind, ErrorKind::Retryable);
    assert_eq!(ask(&programs, "bad").unwrap_err().kind, ErrorKind::Retryable);
    let error = ask(&programs, "good").unwrap_err();
    assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some("command")), "{error}");
    assert!(
        error.message.ends_with("was killed by signal 11 (SIGSEGV), 2 times without an answer in between"),
        "{error}"
    );
}

#[test]
fn a_program_that_mixes_up_answers_is_broken() {
    if !has_program("python3") {
        return;
    }
    let error = ask(&programs(&launch(&["wrong_id"]), 0), "a").unwrap_err();
    assert_eq!(error.kind, ErrorKind::Retryable);
    assert!(error.message.ends_with("answered question 2 where 1 was due"), "{error}");
}

#[test]
fn a_program_that_hangs_costs_one_question() {
    if !has_program("python3") {
        return;
    }
    let mut launch = launch(&["hangs"]);
    launch.limits.answer = SHORT;
    let error = ask(&programs(&launch, 0), "a").unwrap_err();
    assert_eq!((error.kind, error.may_be_billed), (ErrorKind::Retryable, true), "{error}");
}

#[test]
fn a_question_that_nobody_waits_for_keeps_no_program_alive() {
    if !has_program("python3") {
        return;
    }
    let mut launch = launch(&["hangs"]);
    launch.limits.grace = SHORT;
    let programs = programs(&launch, 0);
    let mut question = Box::pin(programs.ask("1".to_owned()));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(question.as_mut().poll(&mut context).is_pending());
    drop(question);
    let start = Instant::now();
    drop(programs);
    assert!(start.elapsed() < LONG / 2, "the answer was waited for");
}

#[test]
fn a_question_that_is_given_up_does_not_hold_up_the_next() {
    if !has_program("python3") {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let programs = programs(&launch(&["hangs_on_some", &port]), 1);
    let mut question = Box::pin(programs.ask(json!("bad").to_string()));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(question.as_mut().poll(&mut context).is_pending());
    let (mut held, _) = listener.accept().unwrap();
    drop(question);
    let start = Instant::now();
    assert_eq!(ask(&programs, "good").unwrap(), "fine");
    assert!(start.elapsed() < LONG / 2, "the answer that nobody wants was waited for");
    // The end of a connection whose other end was killed may look like a reset.
    assert_eq!(held.read(&mut [0]).unwrap_or(0), 0, "the program that hung is gone");
}

#[test]
fn questions_that_are_given_up_count_as_breaks() {
    if !has_program("python3") {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let programs = programs(&launch(&["hangs_on_some", &port]), 0);
    let mut question = Box::pin(programs.ask(json!("bad").to_string()));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(question.as_mut().poll(&mut context).is_pending());
    let _held = listener.accept().unwrap();
    drop(question);
    let error = ask(&programs, "good").unwrap_err();
    assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some("command")), "{error}");
    assert!(error.message.contains("did not answer before its question was given up, 1 time"), "{error}");
}

#[test]
fn a_program_that_becomes_another_is_not_asked() {
    if !has_program("python3") {
        return;
    }
    let flag = std::env::temp_dir().join(format!("rowsmith-exec-{}.flag", std::process::id()));
    let programs = programs(&launch(&["changes", &flag.display().to_string()]), 5);
    assert_eq!(programs.ready().model.as_deref(), Some("first"));
    assert_eq!(ask(&programs, "a").unwrap_err().kind, ErrorKind::Retryable);
    let error = ask(&programs, "a").unwrap_err();
    std::fs::remove_file(&flag).unwrap();
    assert_eq!(error.kind, ErrorKind::Config);
    assert!(error.message.contains("says something else of itself"), "{error}");
}

#[test]
fn a_run_that_is_being_stopped_asks_nothing_new() {
    if !has_program("python3") {
        return;
    }
    let stopped = || Error::new(ErrorKind::Cancelled, "the run is being stopped");
    let programs = Programs::start(&launch(&["answers"]), 1, 0, Box::new(move || Err(stopped()))).unwrap();
    assert_eq!(ask(&programs, "a").unwrap_err(), stopped());
}
