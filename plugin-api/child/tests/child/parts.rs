//! What this test binary does when it is started as the program, and how it is started.
//!
//! Each part is a test that is left out of normal runs, and that does nothing unless its sign is among the arguments.

use rowsmith_child::Program;
use std::io::{BufRead as _, Read as _, Write as _, stderr, stdin, stdout};
use std::process::exit;

/// The argument that makes a part act.
const SIGN: &str = "acts-as-a-program";

/// This binary in one of its parts.
pub(crate) fn program(part: &str) -> Program {
    let part = format!("parts::{part}");
    let arguments = ["--include-ignored", "--nocapture", "--test-threads=1", "--exact", &part, SIGN];
    Program::new(std::env::current_exe().unwrap()).args(arguments)
}

fn acts() -> bool {
    std::env::args().any(|argument| argument == SIGN)
}

fn say(line: &str) {
    let mut output = stdout().lock();
    writeln!(output, "{line}").unwrap();
    output.flush().unwrap();
}

#[test]
#[ignore = "a part of the program"]
fn echo() {
    if acts() {
        say("ready");
        stdin().lock().lines().for_each(|line| say(&format!("got {}", line.unwrap())));
    }
}

#[test]
#[ignore = "a part of the program"]
fn complain() {
    if acts() {
        stderr().write_all(b"first\nbroken \xff\nlast words").unwrap();
        #[expect(clippy::exit, reason = "the test harness has an exit code of its own")]
        exit(3);
    }
}

#[test]
#[ignore = "a part of the program"]
fn abort() {
    if acts() {
        std::process::abort();
    }
}

#[test]
#[ignore = "a part of the program"]
fn stubborn() {
    if acts() {
        say("ready");
        loop {
            std::thread::park();
        }
    }
}

#[test]
#[ignore = "a part of the program"]
fn surroundings() {
    if acts() {
        say(&format!("folder {}", std::env::current_dir().unwrap().display()));
        say(&format!("variable {}", std::env::var_os("ROWSMITH_TEST").unwrap().display()));
    }
}

/// Starts another program that holds the pipes of this one, and ends.
#[test]
#[ignore = "a part of the program"]
fn parent() {
    if acts() {
        let mut command = std::process::Command::new(std::env::current_exe().unwrap());
        command.args(["--include-ignored", "--nocapture", "--exact", "parts::stubborn", SIGN]);
        #[expect(clippy::zombie_processes, reason = "a program that leaves others behind is what is tested")]
        let child = command.spawn().unwrap();
        say(&format!("started {}", child.id()));
        stdin().lock().lines().for_each(drop);
    }
}

/// Starts another program as this crate does, and dies without a chance to end it.
#[test]
#[ignore = "a part of the program"]
fn dying_owner() {
    if acts() {
        let spawned = program("stubborn").spawn(|_| {}).unwrap();
        say(&format!("started {}", spawned.child.id()));
        std::io::copy(&mut { spawned.stdout }.take(16), &mut stderr()).unwrap();
        std::process::abort();
    }
}
