//! Questions to a pool of processes, and restarts after failures.

use crate::{LONG, SHORT, launch};
use rowsmith_exec::{Launch, ProgramPool};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{block_on, has_program};
use std::io::Read as _;
use std::net::TcpListener;
use std::time::Instant;

fn ask(pool: &ProgramPool, question: &str) -> Result<String> {
    let reply = block_on(pool.ask(json!(question).to_string()))?;
    Ok(reply.text.or_else(|| reply.answer.map(|answer| answer.get().to_owned())).unwrap_or_default())
}

fn pool(launch: &Launch, restarts: u32) -> ProgramPool {
    ProgramPool::start(launch, 1, restarts, Box::new(|| Ok(()))).unwrap()
}

#[test]
fn one_process_answers_questions_in_turn() {
    if !has_program("python3") {
        return;
    }
    let pool = pool(&launch(&["answers"]), 0);
    let first = ask(&pool, "a").unwrap();
    let second = ask(&pool, "b").unwrap();
    let (pid, _) = first.split_once(": a").unwrap();
    assert_eq!(second, format!("{pid}: b"));
}

#[test]
fn several_processes_answer_at_the_same_time() {
    if !has_program("python3") {
        return;
    }
    let pool = ProgramPool::start(&launch(&["answers"]), 3, 0, Box::new(|| Ok(()))).unwrap();
    let answers: Vec<String> = std::thread::scope(|scope| {
        let ask = |at: usize| ask(&pool, &at.to_string()).unwrap();
        let threads: Vec<_> = (0..12).map(|at| scope.spawn(move || ask(at))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (at, answer) in answers.iter().enumerate() {
        assert!(answer.ends_with(&format!(": {at}")), "{answer}");
    }
}

#[test]
fn a_program_continues_after_an_error_answer() {
    if !has_program("python3") {
        return;
    }
    let pool = pool(&launch(&["refuses_some"]), 0);
    let error = ask(&pool, "bad").unwrap_err();
    assert_eq!(
        (error.kind, error.message.as_str(), error.retry_after_ms),
        (ErrorKind::Blocked, "not this one", Some(7))
    );
    assert_eq!(ask(&pool, "good").unwrap(), "[1.5]");
}

#[test]
fn a_crashed_program_is_restarted() {
    if !has_program("python3") {
        return;
    }
    let pool = pool(&launch(&["crashes_on_some"]), 1);
    for _ in 0..2 {
        let error = ask(&pool, "bad").unwrap_err();
        assert_eq!((error.kind, error.may_be_billed), (ErrorKind::Other, true), "{error}");
        assert!(error.message.ends_with("was killed by signal 11 (SIGSEGV)"), "{error}");
        assert_eq!(ask(&pool, "good").unwrap(), "fine", "an answer resets the count");
    }
    assert_eq!(ask(&pool, "bad").unwrap_err().kind, ErrorKind::Other);
    assert_eq!(ask(&pool, "bad").unwrap_err().kind, ErrorKind::Other);
    let error = ask(&pool, "good").unwrap_err();
    assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some("command")), "{error}");
    assert!(error.message.contains("(SIGSEGV)") && error.message.contains("2 consecutive"), "{error}");
}

#[test]
fn an_answer_with_a_wrong_id_is_an_error() {
    if !has_program("python3") {
        return;
    }
    let error = ask(&pool(&launch(&["wrong_id"]), 0), "a").unwrap_err();
    assert_eq!(error.kind, ErrorKind::Retryable);
    assert!(error.message.contains("question 1") && error.message.ends_with("received 2"), "{error}");
}

#[test]
fn a_timeout_fails_one_question() {
    if !has_program("python3") {
        return;
    }
    let mut launch = launch(&["hangs"]);
    launch.timeouts.answer = SHORT;
    let error = ask(&pool(&launch, 0), "a").unwrap_err();
    assert_eq!((error.kind, error.may_be_billed), (ErrorKind::Retryable, true), "{error}");
}

#[test]
fn a_cancelled_question_does_not_delay_the_shutdown() {
    if !has_program("python3") {
        return;
    }
    let mut launch = launch(&["hangs"]);
    launch.timeouts.grace = SHORT;
    let pool = pool(&launch, 0);
    let mut question = Box::pin(pool.ask("1".to_owned()));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(question.as_mut().poll(&mut context).is_pending());
    drop(question);
    let start = Instant::now();
    drop(pool);
    assert!(start.elapsed() < LONG / 2, "it waited for the answer");
}

#[test]
fn a_cancelled_question_does_not_delay_the_next() {
    if !has_program("python3") {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let pool = pool(&launch(&["hangs_on_some", &port]), 1);
    let mut question = Box::pin(pool.ask(json!("bad").to_string()));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(question.as_mut().poll(&mut context).is_pending());
    let (mut held, _) = listener.accept().unwrap();
    drop(question);
    let start = Instant::now();
    assert_eq!(ask(&pool, "good").unwrap(), "fine");
    assert!(start.elapsed() < LONG / 2, "it waited for the cancelled question");
    // After the peer is killed, a read may report a reset.
    assert_eq!(held.read(&mut [0]).unwrap_or(0), 0, "the hanging process is killed");
}

#[test]
fn cancelled_questions_count_as_failures() {
    if !has_program("python3") {
        return;
    }
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let pool = pool(&launch(&["hangs_on_some", &port]), 0);
    let mut question = Box::pin(pool.ask(json!("bad").to_string()));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(question.as_mut().poll(&mut context).is_pending());
    let _held = listener.accept().unwrap();
    drop(question);
    let error = ask(&pool, "good").unwrap_err();
    assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some("command")), "{error}");
    assert!(error.message.contains("1 consecutive"), "{error}");
}

#[test]
fn a_changed_ready_line_is_an_error() {
    if !has_program("python3") {
        return;
    }
    let flag = std::env::temp_dir().join(format!("rowsmith-exec-{}.flag", std::process::id()));
    let pool = pool(&launch(&["changes", &flag.display().to_string()]), 5);
    assert_eq!(pool.ready().model.as_deref(), Some("first"));
    assert_eq!(ask(&pool, "a").unwrap_err().kind, ErrorKind::Other);
    let error = ask(&pool, "a").unwrap_err();
    std::fs::remove_file(&flag).unwrap();
    assert_eq!(error.kind, ErrorKind::Config);
    assert!(error.message.contains("`ready`"), "{error}");
}

#[test]
fn a_stopped_run_asks_no_queued_questions() {
    if !has_program("python3") {
        return;
    }
    let stopped = || Error::new(ErrorKind::Cancelled, "the run is stopped");
    let pool = ProgramPool::start(&launch(&["answers"]), 1, 0, Box::new(move || Err(stopped()))).unwrap();
    assert_eq!(ask(&pool, "a").unwrap_err(), stopped());
}
