//! The lifetime of a program.

use crate::roles::program;
use rowsmith_child::{Child, Spawned};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::ChildStdout;
use std::sync::mpsc;
use std::time::Duration;

/// Longer than any operation takes, on a busy machine too.
const LONG: Duration = Duration::from_secs(60);

/// Skips the output of the test harness.
fn read_until(output: &mut BufReader<ChildStdout>, start: &str) -> String {
    loop {
        let mut line = String::new();
        assert_ne!(output.read_line(&mut line).unwrap(), 0, "no line with {start}");
        // The harness writes "test … ... " on the same line.
        if let Some(at) = line.find(start) {
            return line.get(at..).unwrap().trim_end().to_owned();
        }
    }
}

fn start(role: &str) -> Spawned {
    program(role).spawn(|_| {}).unwrap()
}

#[test]
fn lines_are_exchanged_until_the_input_ends() {
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
fn all_lines_are_received_before_the_end() {
    let (sender, lines) = mpsc::channel();
    let spawned = program("complain").spawn(move |line| sender.send(line.to_owned()).unwrap()).unwrap();
    let ended = spawned.child.wait();
    assert_eq!((ended.code(), ended.to_string().as_str()), (Some(3), "ended with exit code 3"));
    assert_eq!(lines.try_iter().collect::<Vec<_>>(), ["first", "broken �", "last line"]);
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
    // The pipe closes when the program ends.
    assert_eq!(output.read_to_string(&mut String::new()).unwrap(), 0);
}

/// Both programs hold the pipe, so it closes only when both have ended.
#[cfg(unix)]
fn assert_both_end(end: impl FnOnce(Child, std::process::ChildStdin)) {
    let Spawned { child, stdin, stdout } = start("parent");
    let mut output = BufReader::new(stdout);
    // Both write to one pipe, in any order.
    let mut output_text = String::new();
    while !(output_text.contains("started") && output_text.contains("ready")) {
        assert_ne!(output.read_line(&mut output_text).unwrap(), 0, "only {output_text}");
    }
    end(child, stdin);
    output.read_to_string(&mut String::new()).unwrap();
}

#[test]
#[cfg(unix)]
fn started_processes_are_killed_with_the_program() {
    assert_both_end(|child, _stdin| child.kill());
    assert_both_end(|child, _stdin| drop(child));
    assert_both_end(|child, stdin| {
        drop(stdin);
        assert!(child.wait().is_success(), "it ended by itself, and its processes were killed");
    });
}

#[test]
#[cfg(target_os = "linux")]
fn a_program_is_killed_when_its_owner_aborts() {
    let Spawned { child, stdin: _stdin, stdout } = start("dying_owner");
    let mut output = BufReader::new(stdout);
    let started = read_until(&mut output, "started");
    let id = started.strip_prefix("started ").unwrap();
    assert_eq!(child.wait().signal(), Some(6));
    // A zombie process has a name, but no command line.
    let is_alive = || std::fs::read(format!("/proc/{id}/cmdline")).is_ok_and(|line| !line.is_empty());
    let deadline = std::time::Instant::now() + LONG;
    while is_alive() {
        assert!(std::time::Instant::now() < deadline, "the process is still alive");
        std::thread::yield_now();
    }
}
