//! `rowsmith cache`: counts, checks, removal, and damaged stores.

use rowsmith_test_harness::{Golden, Sandbox, config};
use serde_json::Value;
use std::fs;

/// Returns a sandbox with five answers in the cache.
fn answered() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", config::offline());
    sandbox.write("rows.csv", config::rows(5));
    sandbox.rowsmith("run -q").exits(0);
    sandbox
}

fn stats(sandbox: &Sandbox) -> Value {
    sandbox.rowsmith("cache stats --format json").exits(0).json()
}

#[test]
fn commands_count_check_and_remove_entries() {
    let sandbox = answered();
    let mut golden = Golden::new("cache_commands");
    let counts = stats(&sandbox);
    assert_eq!((&counts["entries"], &counts["damaged"]), (&5.into(), &0.into()), "{counts}");
    let text = sandbox.rowsmith("cache stats").exits(0).stdout;
    // The store's size and its own counts depend on the machine.
    let general = |line: &&str| line.starts_with(char::is_uppercase) && !line.starts_with("Bytes");
    golden.add("rowsmith cache stats", &text.lines().filter(general).collect::<Vec<_>>().join("\n"));
    golden.record(&sandbox.rowsmith("cache verify").exits(0));
    golden.record(&sandbox.rowsmith("cache clear").exits(2));
    assert_eq!(stats(&sandbox)["entries"], 5);
    golden.record(&sandbox.rowsmith("cache clear --yes").exits(0));
    assert_eq!(stats(&sandbox)["entries"], 0);
    golden.check();
}

/// Changes one letter of the answer of the third row, in every copy that the store holds.
fn damage(sandbox: &Sandbox) {
    let data = sandbox.path("cache/data.mdb");
    let mut bytes = fs::read(&data).expect("the store's file");
    let output = sandbox.read("out.csv");
    let answer = output.lines().nth(3).and_then(|line| line.split(',').nth(2)).expect("an answer").as_bytes();
    let offsets: Vec<usize> = (0..bytes.len() - answer.len()).filter(|at| bytes[*at..].starts_with(answer)).collect();
    assert!(!offsets.is_empty());
    for at in offsets {
        bytes[at] ^= 0x01;
    }
    fs::write(&data, bytes).expect("the store's file");
}

#[test]
fn damaged_answer_is_named_and_asked_again() {
    let sandbox = answered();
    damage(&sandbox);
    let mut golden = Golden::new("cache_damaged");
    golden.record(&sandbox.rowsmith("cache verify").exits(9));
    assert_eq!(stats(&sandbox)["damaged"], 1);

    sandbox.rowsmith("run -o again.csv --report report.json").exits(0);
    let rows = &sandbox.report()["rows"];
    assert_eq!((&rows["cached"], &rows["enriched"]), (&4.into(), &1.into()), "{rows}");
    assert_eq!(sandbox.read("again.csv"), sandbox.read("out.csv"));
    sandbox.rowsmith("cache verify").exits(0);
    golden.check();
}

#[test]
fn repair_removes_damaged_answers() {
    let sandbox = answered();
    damage(&sandbox);
    let mut golden = Golden::new("cache_repair");
    golden.record(&sandbox.rowsmith("cache verify --repair").exits(0));
    golden.record(&sandbox.rowsmith("cache verify").exits(0));
    golden.check();
    let plan = sandbox.rowsmith("plan --format json").exits(0).json();
    assert_eq!((&plan["cached"], &plan["to_ask"]), (&4.into(), &1.into()), "{plan}");
}

#[test]
fn truncated_or_foreign_store_is_refused_and_kept() {
    let sandbox = answered();
    let data = sandbox.path("cache/data.mdb");
    let whole = fs::read(&data).expect("the store's file");
    let half = whole.len() / 2 / 4096 * 4096;
    let cases: [(&str, Vec<u8>); 4] = [
        ("half of the file", whole[..half].to_vec()),
        ("less than a page", whole[..100].to_vec()),
        ("empty file", Vec::new()),
        ("another file", "these are notes, not a store\n".repeat(1_000).into_bytes()),
    ];
    let mut golden = Golden::new("cache_foreign_store");
    for (name, bytes) in cases {
        for line in ["cache verify", "run -o other.csv --progress none"] {
            fs::write(&data, &bytes).expect("the store's file");
            let output = sandbox.rowsmith(line).exits(9);
            let error = output.messages().replace(&half.to_string(), "HALF").replace(&whole.len().to_string(), "WHOLE");
            golden.add(&format!("{name}: {line}"), &error);
            assert_eq!(fs::read(&data).expect("the store's file"), bytes, "{name}: the store is unchanged");
        }
    }
    golden.check();
    assert!(!sandbox.has("other.csv"));
    fs::write(&data, &whole).expect("the store's file");
    sandbox.rowsmith("cache verify").exits(0);
}
