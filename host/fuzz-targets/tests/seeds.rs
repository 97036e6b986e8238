//! Replays the stored inputs of every fuzz target, and changed copies of them.
//!
//! `FUZZ_COPIES` sets the number of changed copies per target, 500 by default.

use rowsmith_fuzz_targets::{FuzzTarget, TARGETS, mutate};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const COPIES: usize = 500;
/// Maximum size of the inputs of a target.
const MAX_BYTES: usize = 128 << 10;
/// Maximum inputs of a target.
const MAX_FILES: usize = 60;
/// Maximum time for one small input, on a slow machine without optimization.
const MAX_TIME: Duration = Duration::from_secs(10);

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds").join(target)
}

fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder(target)).unwrap_or_else(|error| panic!("no seeds of {target}: {error}"));
    let mut seeds: Vec<_> = entries
        .map(|entry| {
            let entry = entry.expect("listed");
            (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("read"))
        })
        .collect();
    seeds.sort();
    seeds
}

/// Runs one input. The message of a failure has the input, so that it can be stored.
fn run(target: &FuzzTarget, name: &str, input: &[u8]) {
    let start = Instant::now();
    let result = std::panic::catch_unwind(|| (target.run)(input));
    assert!(result.is_ok(), "{} failed on {name}: {}", target.name, input.escape_ascii());
    assert!(start.elapsed() < MAX_TIME, "{} took {:?} on {name}", target.name, start.elapsed());
}

#[expect(clippy::disallowed_methods, reason = "only this test reads the variable")]
fn replay(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a target");
    let seeds = seeds(name);
    assert!(!seeds.is_empty(), "no seeds of {name}");
    assert!(seeds.len() <= MAX_FILES, "{} seeds of {name}", seeds.len());
    let bytes: usize = seeds.iter().map(|(_, input)| input.len()).sum();
    assert!(bytes <= MAX_BYTES, "{bytes} bytes of seeds of {name}");
    run(target, "an empty input", b"");
    for (seed, input) in &seeds {
        run(target, seed, input);
    }
    let copies = std::env::var("FUZZ_COPIES").ok().and_then(|text| text.parse().ok()).unwrap_or(COPIES);
    let mut random = fastrand::Rng::with_seed(9);
    for copy in 0..copies {
        let (seed, input) = &seeds[copy % seeds.len()];
        let mut input = input.clone();
        mutate(&mut random, &mut input);
        run(target, &format!("the changed copy {copy} of {seed}"), &input);
    }
}

macro_rules! replays {
    ($($name:ident)*) => {
        $(#[test] fn $name() { replay(stringify!($name)); })*

        #[test]
        fn every_target_is_replayed_and_built_for_the_engine() {
            let names = [$(stringify!($name)),*];
            assert_eq!(TARGETS.map(|target| target.name), names);
            let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/Cargo.toml"));
            let manifest = manifest.expect("read");
            for name in names {
                assert!(manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")), "{name}");
            }
        }
    };
}

replays! {
    answer append config csv cut_answer exec_line frame image jsonl manifest message record recording response roadmap
    roadmap_graph rows schema set store_file store_record stream wait
}
