//! Damaged stores: the file of a store is cut, changed or replaced, and the program runs on it.
//!
//! Each run ends with the right answers, cached or asked again, or with exit code 9. No run ends by a signal, and no
//! command of `rowsmith cache` does.

use crate::parameters::{parameter, seed};
use crate::results::publish;
use fastrand::Rng;
use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Rows, Sandbox, build_program};
use std::fs;
use std::path::Path;

const ROWS: usize = 300;
const PAGE: usize = 4_096;
const QUARANTINE: [&str; 2] = ["--set", "cache.config.on_corrupt=quarantine"];

/// Damages the bytes of a store, or its folder.
type Damage = fn(&mut Rng, &mut Vec<u8>, &Path);

const DAMAGES: [(&str, Damage); 12] = [
    ("cut", |random, bytes, _| bytes.truncate(random.usize(1..bytes.len()))),
    ("cut at a page", |random, bytes, _| bytes.truncate(random.usize(1..bytes.len() / PAGE) * PAGE)),
    ("emptied", |_, bytes, _| bytes.clear()),
    ("one bit", |random, bytes, _| flip(random, bytes, 1)),
    ("twenty bits", |random, bytes, _| flip(random, bytes, 20)),
    ("a bit of a page header", |random, bytes, _| {
        let at = page(random, bytes) + random.usize(..16);
        bytes[at] ^= 1 << random.u8(..8);
    }),
    ("a bit of a file header", |random, bytes, _| {
        let at = random.usize(..2) * PAGE + random.usize(..152);
        bytes[at] ^= 1 << random.u8(..8);
    }),
    ("a page of zeros", |random, bytes, _| {
        let at = page(random, bytes);
        bytes[at..at + PAGE].fill(0);
    }),
    ("a page of random bytes", |random, bytes, _| {
        let at = page(random, bytes);
        random.fill(&mut bytes[at..at + PAGE]);
    }),
    ("a copied page", |random, bytes, _| {
        let (from, to) = (page(random, bytes), page(random, bytes));
        bytes.copy_within(from..from + PAGE, to);
    }),
    ("replaced by a text", |random, bytes, _| *bytes = "these are notes\n".repeat(random.usize(1..9_000)).into_bytes()),
    ("a future version", |random, bytes, folder| {
        if random.bool() {
            fs::write(folder.join("rowsmith-cache"), format!("rowsmith-cache {}\n", random.u8(2..))).unwrap();
        } else {
            bytes[20..24].copy_from_slice(&random.u32(2..).to_ne_bytes());
        }
    }),
];

fn page(random: &mut Rng, bytes: &[u8]) -> usize {
    random.usize(..bytes.len() / PAGE) * PAGE
}

fn flip(random: &mut Rng, bytes: &mut [u8], bits: usize) {
    for _ in 0..bits {
        let at = random.usize(..bytes.len());
        bytes[at] ^= 1 << random.u8(..8);
    }
}

#[test]
#[ignore = "takes half a minute"]
fn damaged_stores_give_right_answers_or_are_refused() {
    build_program();
    let (stores, seed) = (parameter("STORES", 60), seed());
    let rows = Rows::numbered(1..=ROWS);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &[]).exits(0);
    sandbox.assert_output("the undamaged store", &rows, &[]);
    let expected = sandbox.read("out.jsonl");
    let whole = fs::read(sandbox.path("cache/data.mdb")).unwrap();
    let marker = fs::read(sandbox.path("cache/rowsmith-cache")).unwrap();

    let mut random = Rng::with_seed(seed);
    let (mut refused, mut answered, mut asked) = (0, 0, 0);
    for number in 0..stores {
        let (name, damage) = DAMAGES[number % DAMAGES.len()];
        let name = format!("store {number} of seed {seed}, {name}");
        fs::remove_dir_all(sandbox.path("cache")).unwrap();
        fs::create_dir(sandbox.path("cache")).unwrap();
        fs::write(sandbox.path("cache/rowsmith-cache"), &marker).unwrap();
        let mut bytes = whole.clone();
        damage(&mut random, &mut bytes, &sandbox.path("cache"));
        fs::write(sandbox.path("cache/data.mdb"), &bytes).unwrap();

        for command in [["cache", "verify"], ["cache", "stats"]] {
            let output = sandbox.call_with(&server, command).output();
            assert!([0, 9].contains(&output.code()), "{name}: {command:?}: {} {}", output.code(), output.stderr);
            assert!(output.code() == 0 || output.stderr.contains("error"), "{name}: {command:?} says nothing");
        }
        if sandbox.has("out.jsonl") {
            fs::remove_file(sandbox.path("out.jsonl")).unwrap();
        }
        let before = server.requests().len();
        let arguments = if random.u8(..4) == 0 { &QUARANTINE[..] } else { &[] };
        let output = sandbox.run(&server, arguments);
        match output.code() {
            0 => {
                assert_eq!(sandbox.read("out.jsonl"), expected, "{name}");
                answered += 1;
                asked += server.requests().len() - before;
            }
            9 => {
                assert!(!sandbox.has("out.jsonl"), "{name}");
                refused += 1;
            }
            code => panic!("{name}: exit code {code}\n{}", output.stderr),
        }
    }
    publish(&format!(
        "damaged stores (seed {seed}): {stores} stores of {ROWS} answers, {refused} refused with exit code 9, \
         {answered} runs with the right answers ({asked} calls for missing ones), 0 wrong answers, 0 signals in {} commands",
        3 * stores
    ));
}
