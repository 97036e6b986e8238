//! The roles of this test binary as the program, and its start.
//!
//! Each role is an ignored test that does nothing without the marker among the arguments.

use rowsmith_child::Program;
use std::io::{BufRead as _, Read as _, Write as _, stderr, stdin, stdout};
use std::process::exit;

/// Argument that activates a role.
const MARKER: &str = "acts-as-a-program";

/// This binary in a role.
pub(crate) fn program(role: &str) -> Program {
    let role = format!("roles::{role}");
    let arguments = ["--include-ignored", "--nocapture", "--test-threads=1", "--exact", &role, MARKER];
    Program::new(std::env::current_exe().unwrap()).args(arguments)
}

fn is_active() -> bool {
    std::env::args().any(|argument| argument == MARKER)
}

fn say(line: &str) {
    let mut output = stdout().lock();
    writeln!(output, "{line}").unwrap();
    output.flush().unwrap();
}

#[test]
#[ignore = "a role of the program"]
fn echo() {
    if is_active() {
        say("ready");
        stdin().lock().lines().for_each(|line| say(&format!("got {}", line.unwrap())));
    }
}

#[test]
#[ignore = "a role of the program"]
fn complain() {
    if is_active() {
        stderr().write_all(b"first\nbroken \xff\nlast line").unwrap();
        #[expect(clippy::exit, reason = "the test harness has an exit code of its own")]
        exit(3);
    }
}

#[test]
#[ignore = "a role of the program"]
fn abort() {
    if is_active() {
        std::process::abort();
    }
}

#[test]
#[ignore = "a role of the program"]
fn stubborn() {
    if is_active() {
        say("ready");
        loop {
            std::thread::park();
        }
    }
}

#[test]
#[ignore = "a role of the program"]
fn environment() {
    if is_active() {
        say(&format!("folder {}", std::env::current_dir().unwrap().display()));
        say(&format!("variable {}", std::env::var_os("ROWSMITH_TEST").unwrap().display()));
    }
}

/// Starts another program with the same pipes, and ends with its input.
#[test]
#[ignore = "a role of the program"]
fn parent() {
    if is_active() {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--include-ignored", "--nocapture", "--exact", "roles::stubborn", MARKER]);
        #[expect(clippy::zombie_processes, reason = "the test is about programs that leave others behind")]
        let child = command.spawn().unwrap();
        say(&format!("started {}", child.id()));
        stdin().lock().lines().for_each(drop);
    }
}

/// Starts another program with this crate and aborts.
#[test]
#[ignore = "a role of the program"]
fn dying_owner() {
    if is_active() {
        let spawned = program("stubborn").spawn(|_| {}).unwrap();
        say(&format!("started {}", spawned.child.id()));
        std::io::copy(&mut { spawned.stdout }.take(16), &mut stderr()).unwrap();
        std::process::abort();
    }
}
