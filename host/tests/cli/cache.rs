//! `rowsmith cache`: counting, checking and emptying, and what happens to a store that was damaged.

use rowsmith_test_harness::{Sandbox, config};
use std::fs;

/// A folder in which five rows were answered.
fn answered() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", config::offline());
    sandbox.write("rows.csv", config::rows(5));
    sandbox.rowsmith("run -q").exits(0);
    sandbox
}

#[test]
fn entries_are_counted_checked_and_removed() {
    let sandbox = answered();
    let said = sandbox.rowsmith("cache stats").exits(0);
    assert!(said.stdout.contains("\nEntries         5\n"), "{}", said.stdout);
    assert!(said.stdout.contains("\nAnswers         5 of fake (extractive-1)\n"), "{}", said.stdout);
    let json = sandbox.rowsmith("cache stats --format json").exits(0).json();
    assert_eq!((&json["entries"], &json["damaged"]), (&5.into(), &0.into()), "{json}");

    let said = sandbox.rowsmith("cache verify").exits(0);
    assert_eq!(said.stdout, "5 entries are sound, 0 are damaged\n");

    let said = sandbox.rowsmith("cache clear").exits(2);
    assert!(said.stderr.starts_with("error: remove 5 answers from "), "{}", said.stderr);
    assert!(said.stderr.ends_with("? say --yes to do it without a terminal\n"), "{}", said.stderr);
    let said = sandbox.rowsmith("cache clear --yes").exits(0);
    assert!(said.stdout.starts_with("removed 5 answers from "), "{}", said.stdout);
    assert_eq!(sandbox.rowsmith("cache stats --format json").exits(0).json()["entries"], 0);
}

/// Changes one letter of the answer of the third row, in every version of a page that the store keeps.
fn damage(sandbox: &Sandbox) {
    let data = sandbox.path("cache/data.mdb");
    let mut bytes = fs::read(&data).expect("the store's file");
    let output = sandbox.read("out.csv");
    let answer = output.lines().nth(3).and_then(|line| line.split(',').nth(2)).expect("an answer").as_bytes();
    let places: Vec<usize> = (0..bytes.len() - answer.len()).filter(|at| bytes[*at..].starts_with(answer)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at] ^= 0x01;
    }
    fs::write(&data, bytes).expect("the store's file");
}

#[test]
fn a_damaged_answer_is_named_asked_again_and_never_exported() {
    let sandbox = answered();
    damage(&sandbox);
    let said = sandbox.rowsmith("cache verify").exits(9);
    assert_eq!(said.stdout, "4 entries are sound, 1 are damaged\n");
    assert!(said.stderr.starts_with("error: entry "), "{}", said.stderr);
    let hint = "hint: damaged entries count as misses; `rowsmith cache verify --repair` removes them\n";
    assert!(said.stderr.ends_with(hint), "{}", said.stderr);
    assert!(sandbox.rowsmith("cache stats").exits(0).stdout.contains("\nDamaged         1; "));

    let said = sandbox.rowsmith("run -o again.csv").exits(0);
    assert!(
        said.stderr.contains("Cache hits      4\n") && said.stderr.contains("Damaged         1 "),
        "{}",
        said.stderr
    );
    assert_eq!(sandbox.read("again.csv"), sandbox.read("out.csv"));
    assert_eq!(sandbox.rowsmith("cache verify").exits(0).stdout, "5 entries are sound, 0 are damaged\n");
}

#[test]
fn a_damaged_answer_can_be_removed() {
    let sandbox = answered();
    damage(&sandbox);
    let said = sandbox.rowsmith("cache verify --repair").exits(0);
    assert_eq!(said.stdout, "4 entries are sound; 1 damaged ones were removed and will be asked again\n");
    assert_eq!(sandbox.rowsmith("cache verify").exits(0).stdout, "4 entries are sound, 0 are damaged\n");
    let plan = sandbox.rowsmith("plan --format json").exits(0).json();
    assert_eq!((&plan["cached"], &plan["to_ask"]), (&4.into(), &1.into()), "{plan}");
}

#[test]
fn a_store_that_was_cut_or_is_something_else_is_refused_in_a_sentence() {
    let sandbox = answered();
    let data = sandbox.path("cache/data.mdb");
    let whole = fs::read(&data).expect("the store's file");
    let half = whole.len() / 2 / 4096 * 4096;
    let cases: [(&str, Vec<u8>); 4] = [
        ("cut in the middle", whole[..half].to_vec()),
        ("cut to less than a page", whole[..100].to_vec()),
        ("emptied", Vec::new()),
        ("something else", "these are notes, not a store\n".repeat(1_000).into_bytes()),
    ];
    for (name, bytes) in cases {
        for line in ["cache verify", "run -o other.csv"] {
            fs::write(&data, &bytes).expect("the store's file");
            let said = sandbox.rowsmith(line).exits(9);
            assert!(said.stderr.starts_with("error: cache plugin `lmdb`: "), "{name}: {}", said.stderr);
            assert!(!said.stderr.contains("panicked"), "{name}: {}", said.stderr);
            assert_eq!(fs::read(&data).expect("the store's file"), bytes, "{name}: it is left as it is");
        }
    }
    assert!(!sandbox.has("other.csv"));
    fs::write(&data, &whole).expect("the store's file");
    assert_eq!(sandbox.rowsmith("cache verify").exits(0).stdout, "5 entries are sound, 0 are damaged\n");
}
