//! Finds the processes of plugins and sends them signals.

use rowsmith_test_harness::Running;
use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

/// Maximum wait for a process, also on a busy machine.
const LIMIT: Duration = Duration::from_secs(30);

/// Returns the kind and process id of every plugin process of a run.
pub(crate) fn of(run: &Running) -> Vec<(String, u32)> {
    let parent = run.id().to_string();
    let processes = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    let mut found: Vec<(String, u32)> = processes.filter_map(|id| Some((kind_of(id, &parent)?, id))).collect();
    found.sort();
    found
}

fn kind_of(id: u32, parent: &str) -> Option<String> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // State and parent follow the name, which may hold any character.
    let parent_of = stat.rsplit_once(") ")?.1.split(' ').nth(1)?.to_owned();
    let arguments = fs::read_to_string(format!("/proc/{id}/cmdline")).ok()?;
    let mut arguments = arguments.split('\0').skip(1);
    (parent_of == parent && arguments.next()? == "__plugin").then(|| arguments.next().unwrap_or_default().to_owned())
}

/// Returns the process id of the plugin of this kind.
#[track_caller]
pub(crate) fn one(run: &Running, kind: &str) -> u32 {
    let children = of(run);
    children.iter().find(|(of, _)| of == kind).unwrap_or_else(|| panic!("no {kind} in {children:?}")).1
}

/// Sends a signal by name.
#[track_caller]
pub(crate) fn signal(id: u32, name: &str) {
    assert!(Command::new("kill").args(["-s", name, &id.to_string()]).status().unwrap().success());
}

/// Waits until a process catches SIGINT.
#[track_caller]
pub(crate) fn assert_catches_interrupts(id: u32) {
    let start = Instant::now();
    while !catches_interrupts(id) {
        assert!(start.elapsed() < LIMIT, "process {id} does not catch SIGINT");
        std::thread::yield_now();
    }
}

/// Reads the mask of caught signals, a hexadecimal number. SIGINT is its second bit.
fn catches_interrupts(id: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap().trim();
    u64::from_str_radix(mask, 16).unwrap() & 0b10 != 0
}

/// Waits until a process has ended.
#[track_caller]
pub(crate) fn assert_ends(id: u32) {
    let start = Instant::now();
    while fs::metadata(format!("/proc/{id}")).is_ok() && !is_dead(id) {
        assert!(start.elapsed() < LIMIT, "process {id} does not end");
        std::thread::yield_now();
    }
}

/// Returns true for a zombie: it has ended, and its parent has not read its status.
fn is_dead(id: u32) -> bool {
    fs::read_to_string(format!("/proc/{id}/stat"))
        .is_ok_and(|stat| stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('Z')))
}
