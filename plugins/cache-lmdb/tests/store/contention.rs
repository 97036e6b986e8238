//! Several processes on one damaged or locked store. The test starts its own program as the other ones.
#![cfg(target_os = "linux")]

use crate::{count, detail, fill, open, open_with};
use heed::EnvOpenOptions;
use rowsmith_plugin_api::prelude::{Cache, ErrorKind, json};
use rowsmith_plugin_testkit::block_on;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// File in the working folder of another process: the number of its entries. Without it, the test does nothing.
const QUARANTINING: &str = "quarantining-process";
/// File in the working folder of another process, which holds LMDB's lock of writers.
const LOCKING: &str = "locking-process";

const ROUNDS: u32 = 40;
const PROCESSES: u32 = 3;
const ENTRIES: u32 = 20;

fn start(test: &str, folder: &Path) -> Child {
    let test = format!("contention::{test}");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--ignored", "--exact", "--nocapture", &test]).current_dir(folder);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
#[ignore = "the other process of a test"]
fn quarantining_process() {
    let Ok(number) = fs::read_to_string(QUARANTINING) else { return };
    let first = number.parse::<u32>().unwrap() * ENTRIES;
    let cache = open_with(Path::new("../cache"), json!({"on_corrupt": "quarantine"})).unwrap();
    (first..first + ENTRIES).for_each(|number| fill(&cache, number..number + 1, 100));
}

#[test]
fn processes_that_quarantine_at_once_share_the_new_store() {
    for round in 0..ROUNDS {
        let folder = tempfile::tempdir().unwrap();
        let cache = folder.path().join("cache");
        fill(&open(&cache), 0..300, 100);
        let data = fs::OpenOptions::new().write(true).open(cache.join("data.mdb")).unwrap();
        data.set_len(20_000).unwrap();
        let processes: Vec<Child> = (0..PROCESSES)
            .map(|number| {
                let own = folder.path().join(number.to_string());
                fs::create_dir(&own).unwrap();
                fs::write(own.join(QUARANTINING), number.to_string()).unwrap();
                start("quarantining_process", &own)
            })
            .collect();
        for process in processes {
            let output = process.wait_with_output().unwrap();
            assert!(output.status.success(), "round {round}: {}", String::from_utf8_lossy(&output.stdout));
        }
        let names = fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let aside = names.filter(|name| name.starts_with("data.mdb.corrupt-")).count();
        assert_eq!(aside, 1, "round {round}: one process quarantines");
        let cache = open(&cache);
        assert_eq!(count(&cache), u64::from(PROCESSES * ENTRIES), "round {round}");
        assert_eq!(block_on(cache.verify()).unwrap(), Vec::<String>::new(), "round {round}");
        assert_eq!(block_on(cache.scan(None, 1_000)).unwrap().len(), (PROCESSES * ENTRIES) as usize);
    }
}

#[test]
fn a_store_in_use_is_not_quarantined() {
    let folder = tempfile::tempdir().unwrap();
    let own = folder.path().join("0");
    fs::create_dir(&own).unwrap();
    fs::write(own.join(QUARANTINING), "0").unwrap();
    let path = folder.path().join("cache");
    let cache = open(&path);
    fill(&cache, 0..300, 100);
    fs::OpenOptions::new().write(true).open(path.join("data.mdb")).unwrap().set_len(20_000).unwrap();
    let output = start("quarantining_process", &own).wait_with_output().unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8_lossy(&output.stderr) + String::from_utf8_lossy(&output.stdout);
    let expected = format!("it is not quarantined while process {} has it open", std::process::id());
    assert!(text.contains(&expected), "{text}");
    assert_eq!(fs::metadata(path.join("data.mdb")).unwrap().len(), 20_000, "the file is unchanged");
}

#[test]
#[ignore = "the other process of a test"]
#[expect(unsafe_code, reason = "mapping a store is unsafe; the test owns the folder")]
fn locking_process() {
    if !Path::new(LOCKING).exists() {
        return;
    }
    // SAFETY: no other program changes the files of this folder.
    let env = unsafe { EnvOpenOptions::new().max_dbs(16).open("cache") }.unwrap();
    let _writer = env.write_txn().unwrap();
    println!("\nlocked");
    loop {
        std::thread::park();
    }
}

#[test]
fn a_stopped_writer_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache");
    fill(&open(&path), 0..10, 100);
    fs::write(folder.path().join(LOCKING), "").unwrap();
    let mut other = start("locking_process", folder.path());
    let lines = BufReader::new(other.stdout.take().unwrap()).lines();
    lines.map_while(Result::ok).find(|line| line == "locked").expect("the other process has the lock");
    let id = Pid::from_child(&other);
    kill_process(id, Signal::STOP).unwrap();

    let cache = open_with(&path, json!({"lock_wait_secs": 1})).unwrap();
    assert_eq!(count(&cache), 10, "reading needs no lock");
    let put = || block_on(cache.put_many(vec![(crate::key(77), vec![1])]));
    let error = put().unwrap_err();
    assert_eq!(error.kind, ErrorKind::Busy);
    let expected = format!("is being written by process {}, which is stopped, for 1 s", other.id());
    assert!(error.message.ends_with(&expected), "{error}");
    assert!(error.hint.unwrap().contains("kill -CONT"));

    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(put(), Ok(()), "the lock of a process that has ended is free");
    assert_eq!(count(&cache), 11, "the abandoned write is not repeated");
}

/// File in the working folder of another process, which writes until it is killed.
const WRITING: &str = "writing-process";
const COPIES: u32 = 30;

#[test]
#[ignore = "the other process of a test"]
fn writing_process() {
    if !Path::new(WRITING).exists() {
        return;
    }
    let cache = open(Path::new("cache"));
    for number in 0.. {
        let numbers = (number * 20) % 4_000..(number * 20) % 4_000 + 20;
        fill(&cache, numbers.clone(), 100 + (number as usize * 37) % 3_000);
        if number % 5 == 0 {
            let keys: Vec<_> = numbers.step_by(3).map(crate::key).collect();
            block_on(cache.delete_many(&keys)).unwrap();
        }
        if number == 10 {
            println!("\nwriting");
        }
    }
}

#[test]
fn copies_of_a_store_in_use_are_usable_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(WRITING), "").unwrap();
    let mut other = start("writing_process", folder.path());
    let lines = BufReader::new(other.stdout.take().unwrap()).lines();
    lines.map_while(Result::ok).find(|line| line == "writing").expect("the other process writes");
    let (mut usable, mut refused) = (0, 0);
    for number in 0..COPIES {
        let copy = folder.path().join(format!("copy-{number}"));
        fs::create_dir(&copy).unwrap();
        for name in ["data.mdb", "rowsmith-cache"] {
            fs::copy(folder.path().join("cache").join(name), copy.join(name)).unwrap();
        }
        match open_with(&copy, json!({})) {
            Ok(cache) => {
                usable += 1;
                assert_eq!(block_on(cache.verify()).unwrap(), Vec::<String>::new(), "copy {number}");
                let entries = block_on(cache.scan(None, 10_000)).unwrap();
                assert_eq!(entries.len() as u64, count(&cache), "copy {number}");
                fill(&cache, 0..4_000, 300);
                assert_eq!(block_on(cache.scan(None, 10_000)).unwrap().len() as u64, count(&cache), "copy {number}");
            }
            Err(error) => {
                refused += 1;
                assert_eq!(error.kind, ErrorKind::Corrupt, "copy {number}: {error}");
            }
        }
    }
    other.kill().unwrap();
    other.wait().unwrap();
    assert_eq!(usable + refused, COPIES);
    assert_eq!(
        block_on(open(&folder.path().join("cache")).verify()).unwrap(),
        Vec::<String>::new(),
        "the killed writer"
    );
}

/// File in the working folder of another process, which reads until it is killed.
const READING: &str = "reading-process";
/// More killed readers than LMDB has places for.
const READERS: usize = 140;
const READERS_AT_ONCE: usize = 14;

#[test]
#[ignore = "the other process of a test"]
#[expect(unsafe_code, reason = "mapping a store is unsafe; the test owns the folder")]
fn reading_process() {
    if !Path::new(READING).exists() {
        return;
    }
    // SAFETY: no other program changes the files of this folder.
    let env = unsafe { EnvOpenOptions::new().max_dbs(16).open("cache") }.unwrap();
    let _reader = env.read_txn().unwrap();
    println!("\nreading");
    loop {
        std::thread::park();
    }
}

#[test]
fn killed_readers_do_not_block_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cache");
    // While it is open, LMDB does not begin with an empty table of readers.
    let cache = open(&path);
    fill(&cache, 0..10, 100);
    fs::write(folder.path().join(READING), "").unwrap();
    for _ in 0..READERS / READERS_AT_ONCE {
        let mut readers: Vec<Child> = (0..READERS_AT_ONCE).map(|_| start("reading_process", folder.path())).collect();
        for reader in &mut readers {
            let lines = BufReader::new(reader.stdout.take().unwrap()).lines();
            // A reader that finds no place ends, which another one must not.
            lines.map_while(Result::ok).find(|line| line == "reading");
        }
        for mut reader in readers {
            drop(reader.kill());
            reader.wait().unwrap();
        }
    }
    assert_eq!(count(&cache), 10);
    fill(&cache, 10..20, 100);
    fs::create_dir(folder.path().join("0")).unwrap();
    fs::write(folder.path().join("0").join(QUARANTINING), "0").unwrap();
    let output = start("quarantining_process", &folder.path().join("0")).wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(count(&cache), u64::from(ENTRIES));
    assert!(detail(&cache, "used_bytes") < 1 << 20, "pages of killed readers are used again");
}
