//! From the start of a program to its end.

use crate::parts::program;
use rowsmith_child::{Child, Spawned};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::ChildStdout;
use std::sync::mpsc;
use std::time::Duration;

/// Longer than anything takes, on a busy machine too.
const LONG: Duration = Duration::from_secs(60);

/// Skips what the test harness says first.
fn read_until(output: &mut BufReader<ChildStdout>, start: &str) -> String {
    loop {
        let mut line = String::new();
        assert_ne!(output.read_line(&mut line).unwrap(), 0, "no line with {start}");
        // The harness says "test … ... " on the same line.
        if let Some(at) = line.find(start) {
            return line.get(at..).unwrap().trim_end().to_owned();
        }
    }
}

fn start(part: &str) -> Spawned {
    program(part).spawn(|_| {}).unwrap()
}

#[test]
fn lines_go_in_and_come_out_until_the_input_ends() {
    let Spawned { child, mut stdin, stdout } = start("echo");
    let mut output = BufReader::new(stdout);
    read_until(&mut output, "ready");
    assert_eq!(child.ended(), None);
    writeln!(stdin, "a line").unwrap();
    assert_eq!(read_until(&mut output, "got"), "got a line");
    drop(stdin);
    let ended = child.wait_for(LONG).unwrap();
    assert!(ended.is_success(), "{ended}");
    assert_eq!(child.ended(), Some(ended));
    assert_eq!(child.end(Duration::ZERO), ended, "an end does not change");
}

#[test]
fn the_last_words_are_there_when_the_end_is_known() {
    let (sender, lines) = mpsc::channel();
    let spawned = program("complain").spawn(move |line| sender.send(line.to_owned()).unwrap()).unwrap();
    let ended = spawned.child.wait();
    assert_eq!((ended.code(), ended.to_string().as_str()), (Some(3), "ended with exit code 3"));
    assert_eq!(lines.try_iter().collect::<Vec<_>>(), ["first", "broken �", "last words"]);
}

#[test]
#[cfg(unix)]
fn a_signal_is_named() {
    let ended = start("abort").child.wait();
    assert_eq!((ended.code(), ended.signal()), (None, Some(6)));
    assert_eq!(ended.to_string(), "was killed by signal 6 (SIGABRT)");
}

#[test]
#[cfg(unix)]
fn a_program_that_does_not_end_is_killed() {
    let Spawned { child, stdin, stdout } = start("stubborn");
    read_until(&mut BufReader::new(stdout), "ready");
    drop(stdin);
    assert_eq!(child.wait_for(Duration::ZERO), None);
    assert_eq!(child.end(Duration::from_millis(1)).to_string(), "was killed by signal 9 (SIGKILL)");
}

#[test]
fn a_program_ends_when_its_owner_is_dropped() {
    let Spawned { child, stdin: _stdin, stdout } = start("stubborn");
    let mut output = BufReader::new(stdout);
    read_until(&mut output, "ready");
    drop(child);
    // The pipe is closed when the program is gone.
    assert_eq!(output.read_to_string(&mut String::new()).unwrap(), 0);
}

/// The other program holds the pipe as well, so the pipe ends only when both are gone.
#[cfg(unix)]
fn assert_both_end(end: impl FnOnce(Child, std::process::ChildStdin)) {
    let Spawned { child, stdin, stdout } = start("parent");
    let mut output = BufReader::new(stdout);
    // The two write into one pipe, in whatever order.
    let mut said = String::new();
    while !(said.contains("started") && said.contains("ready")) {
        assert_ne!(output.read_line(&mut said).unwrap(), 0, "only {said}");
    }
    end(child, stdin);
    output.read_to_string(&mut String::new()).unwrap();
}

#[test]
#[cfg(unix)]
fn what_a_program_has_started_is_killed_with_it() {
    assert_both_end(|child, _stdin| child.kill());
    assert_both_end(|child, _stdin| drop(child));
    assert_both_end(|child, stdin| {
        drop(stdin);
        assert!(child.wait().is_success(), "it ended by itself, and what it had left behind was killed");
    });
}

#[test]
#[cfg(target_os = "linux")]
fn a_program_ends_when_the_process_of_its_owner_dies() {
    let Spawned { child, stdin: _stdin, stdout } = start("dying_owner");
    let mut output = BufReader::new(stdout);
    let started = read_until(&mut output, "started");
    let id = started.strip_prefix("started ").unwrap();
    assert_eq!(child.wait().signal(), Some(6));
    // A process that is dead and not yet waited for by the system has a name, but no command line.
    let is_alive = || std::fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| !line.is_empty());
    let deadline = std::time::Instant::now() + LONG;
    while is_alive() {
        assert!(std::time::Instant::now() < deadline, "it lives on");
        std::thread::yield_now();
    }
}
