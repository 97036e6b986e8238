//! The processes that hold a lock, for messages. They are known on systems with `/proc`.

use rowsmith_plugin_api::prelude::{Error, ErrorKind};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// A process that holds a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Holder {
    process: u32,
    is_stopped: bool,
}

/// Creates the error of a store whose lock another process holds.
///
/// `locked` is the file or folder with the lock, and `state` what happens to the store, as in "is being written".
pub(crate) fn busy(folder: &Path, locked: &Path, state: &str, waited: Duration) -> Error {
    let holders = holders(locked);
    let by = describe(&holders);
    let message = format!("the cache {} {state} by {by} for {} s", folder.display(), waited.as_secs());
    let stopped: Vec<String> =
        holders.iter().filter(|holder| holder.is_stopped).map(|holder| holder.process.to_string()).collect();
    let hint = if stopped.is_empty() {
        "wait for its end, or end it".to_owned()
    } else {
        format!("continue it with `kill -CONT {0}`, or end it with `kill -KILL {0}`", stopped.join(" "))
    };
    Error::new(ErrorKind::Busy, message).with_context("path", folder.display().to_string()).hint(hint)
}

/// Describes the processes that hold a lock on a file, stopped ones first.
pub(crate) fn users_of(locked: &Path) -> String {
    describe(&holders(locked))
}

fn describe(holders: &[Holder]) -> String {
    let stopped: Vec<&Holder> = holders.iter().filter(|holder| holder.is_stopped).collect();
    let (shown, end) = match (stopped.as_slice(), holders) {
        ([], []) => return "another process".to_owned(),
        ([], all) => (list(all.iter()), ""),
        (stopped @ [_], _) => (list(stopped.iter().copied()), ", which is stopped,"),
        (stopped, _) => (list(stopped.iter().copied()), ", which are stopped,"),
    };
    shown + end
}

fn list<'a>(holders: impl ExactSizeIterator<Item = &'a Holder>) -> String {
    let word = if holders.len() == 1 { "process" } else { "processes" };
    let ids: Vec<String> = holders.map(|holder| holder.process.to_string()).collect();
    format!("{word} {}", ids.join(", "))
}

fn holders(locked: &Path) -> Vec<Holder> {
    let (Some(file), Ok(locks)) = (file_number(locked), fs::read_to_string("/proc/locks")) else { return Vec::new() };
    let own = std::process::id();
    let others = processes(&locks, file).into_iter().filter(|process| *process != own);
    others.map(|process| Holder { process, is_stopped: is_stopped(process) }).collect()
}

#[cfg(unix)]
fn file_number(path: &Path) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::ino(&fs::metadata(path).ok()?))
}

#[cfg(not(unix))]
fn file_number(_path: &Path) -> Option<u64> {
    None
}

/// Returns the processes that hold locks on a file, by the lines of `/proc/locks`:
/// `1: POSIX  ADVISORY  READ 1234 08:01:131 0 0`. Lines with an arrow are processes that wait.
///
/// A process of another namespace has the id 0 or is not listed.
fn processes(locks: &str, file: u64) -> Vec<u32> {
    let mut found = Vec::new();
    for line in locks.lines() {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        let [_, kind, _, _, process, place, ..] = words.as_slice() else { continue };
        let is_file = place.rsplit(':').next().and_then(|number| number.parse().ok()) == Some(file);
        let process = process.parse().ok().filter(|process| *process > 0);
        if let (true, true, Some(process)) = (*kind != "->", is_file, process)
            && !found.contains(&process)
        {
            found.push(process);
        }
    }
    found
}

/// Returns true for a process that was stopped by a signal or a debugger.
fn is_stopped(process: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name before the parenthesis may contain anything.
    stat.rsplit_once(')').is_some_and(|(_, rest)| matches!(rest.trim_start().as_bytes().first(), Some(b'T' | b't')))
}

#[cfg(test)]
mod tests {
    use super::{Holder, describe, processes};

    #[test]
    fn processes_of_a_file_are_found() {
        let locks = "\
1: FLOCK  ADVISORY  WRITE 12 08:01:131 0 EOF
1: -> FLOCK  ADVISORY  WRITE 13 08:01:131 0 EOF
2: POSIX  ADVISORY  READ  14 08:01:131 0 0
3: POSIX  ADVISORY  READ  14 08:01:131 8 9
4: OFDLCK ADVISORY  READ  -1 08:01:131 0 0
5: POSIX  ADVISORY  READ  0 08:01:131 0 0
6: POSIX  ADVISORY  READ  15 08:01:1310 0 0
no lock
";
        assert_eq!(processes(locks, 131), [12, 14]);
        assert_eq!(processes("", 131), [0_u32; 0]);
    }

    #[test]
    fn stopped_processes_come_first() {
        let holder = |process, is_stopped| Holder { process, is_stopped };
        let cases = [
            (vec![], "another process"),
            (vec![holder(1, false)], "process 1"),
            (vec![holder(1, false), holder(2, false)], "processes 1, 2"),
            (vec![holder(1, false), holder(2, true)], "process 2, which is stopped,"),
            (vec![holder(1, true), holder(2, true)], "processes 1, 2, which are stopped,"),
        ];
        for (holders, expected) in cases {
            assert_eq!(describe(&holders), expected);
        }
    }
}
