//! Settings for failed rows, pairing, audits and exports.

use super::case::Case;
use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::config::ENRICH;
use rowsmith_test_harness::{Rows, Sandbox, answered, numbers_of, read_jsonl, topic};
use serde_json::{Value, json};
use std::time::Duration;

fn three_missing() -> Then {
    Then::mutated(Mutation::drop_rows(topic(3)))
        .with(Mutation::drop_rows(topic(9)))
        .with(Mutation::drop_rows(topic(17)))
}

#[test]
fn fallback_policies() {
    let once = || Script::new().once(When::any(), three_missing());
    let alone = Case::new("single rows at once", once(), 4).with(&["--set", "batch.fallback=individual"]).check();
    assert_eq!(alone["calls"]["individual"], 3);
    Case::new("no fallback", once(), 1)
        .with(&["--set", "batch.fallback=none"])
        .fails(&[(3, "missing"), (9, "missing"), (17, "missing")])
        .check();
    let whole = || Script::new().on(When::batch(), Then::mutated(Mutation::invalid_json()));
    Case::new("failed batch, single rows at once", whole(), 21).with(&["--set", "batch.fallback=individual"]).check();
    Case::new("every batch fails", whole(), 31)
        .with(&["--set", "limits.min_valid_share=0", "--set", "batch.max_rows=16"])
        .rows(16)
        .check();
}

#[test]
fn failed_rows_are_kept_dropped_or_stop_the_run() {
    let rows = Rows::numbered(1..=40);
    let script = || Script::new().on(When::any(), Then::mutated(Mutation::WrongEnum(topic(7))));
    let output = |sandbox: &Sandbox| read_jsonl(&sandbox.path("out.jsonl"));
    let all: Vec<Value> = rows.values().iter().enumerate().map(|(at, row)| answered(row, at == 6)).collect();

    let sandbox = Sandbox::with_rows(&rows);
    sandbox.run(&FakeModel::start(script()).unwrap(), &["--set", "run.status_column=Status"]).exits(5);
    let with_status: Vec<Value> = all
        .iter()
        .enumerate()
        .map(|(at, row)| {
            let mut row = row.clone();
            row["Status"] = if at == 6 { "failed" } else { "enriched" }.into();
            row
        })
        .collect();
    let found = output(&sandbox);
    assert_eq!(found[6]["TLDR"], Value::Null, "failed rows have no values");
    assert!(found[6]["Status"].as_str().unwrap().starts_with("failed"), "{}", found[6]);
    assert_eq!(found[7..], with_status[7..]);
    assert_eq!(found[..6], with_status[..6]);

    let sandbox = Sandbox::with_rows(&rows);
    sandbox.run(&FakeModel::start(script()).unwrap(), &["--set", "run.on_failure=drop"]).exits(5);
    let mut kept = all.clone();
    kept.remove(6);
    assert_eq!(output(&sandbox), kept);

    let sandbox = Sandbox::with_rows(&rows);
    sandbox.write("out.jsonl", "old\n");
    sandbox.run(&FakeModel::start(script()).unwrap(), &["--set", "run.on_failure=stop"]).exits(5);
    assert_eq!(sandbox.read("out.jsonl"), "old\n");
    assert_eq!(read_jsonl(&sandbox.path("out.jsonl.failures.jsonl")).len(), 1);
}

#[test]
fn rows_are_paired_by_tag_by_column_or_not() {
    let rows = Rows::numbered(1..=20);
    let tags = |server: &FakeModel| -> Vec<Option<String>> {
        server.requests().iter().flat_map(|request| request.rows.iter().map(|row| row.tag.clone())).collect()
    };
    let server = FakeModel::start(Script::new()).unwrap();
    let sandbox = Sandbox::with_rows(&rows);
    sandbox.run(&server, &["--set", "batch.pairing=Topic"]).exits(0);
    assert_eq!(tags(&server), (1..=20).map(|number| Some(topic(number))).collect::<Vec<_>>());

    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &["--set", "batch.pairing=off", "--refresh"]).exits(0);
    assert_eq!(tags(&server), vec![None; 20]);
    sandbox.assert_output("without pairing", &rows, &[]);

    Case::new("swapped, paired by a column", Script::new().once(When::any(), Then::mutated(Mutation::Swap(2, 11))), 2)
        .with(&["--set", "batch.pairing=Topic"])
        .check();
}

#[test]
fn audit_asks_again_and_reports_agreement() {
    // The second row gets another answer in a batch than alone.
    let batch = Then::mutated(Mutation::set(topic(2), "tldr", "something else"));
    let server = FakeModel::start(Script::new().on(When::batch(), batch)).unwrap();
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=5));
    sandbox.run(&server, &["--set", "batch.audit=1.0"]).exits(0);
    assert_eq!(server.requests().len(), 6);
    assert_eq!(sandbox.report()["audit"], json!({"rows": 5, "agree": {"Challenge": 5, "TLDR": 4}}));
    assert_eq!(read_jsonl(&sandbox.path("out.jsonl"))[1]["TLDR"], "something else", "an audit changes nothing");
    sandbox.run(&server, &["--set", "batch.audit=1.0"]).exits(0);
    assert_eq!(server.requests().len(), 6, "an audit is made once");
}

#[test]
fn runs_are_limited_refreshed_or_offline() {
    let rows = Rows::numbered(1..=40);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new()).unwrap();
    sandbox.run(&server, &["--limit", "25"]).exits(0);
    assert_eq!(numbers_of(&server.requests()), (1..=25).collect::<Vec<_>>());
    sandbox.assert_output("25 rows", &Rows::numbered(1..=25), &[]);

    sandbox.run(&server, &["--offline"]).exits(5);
    assert_eq!(server.requests().len(), 2, "no call");
    assert_eq!(sandbox.report()["skipped"], json!({"offline": 15}));
    sandbox.assert_output("offline", &rows, &(26..=40).collect::<Vec<_>>());

    sandbox.run(&server, &["--limit", "25", "--refresh"]).exits(0);
    assert_eq!(server.requests().len(), 4);
    sandbox.run(&server, &["--limit", "25", "--offline"]).exits(0);
    sandbox.assert_output("refreshed answers are stored", &Rows::numbered(1..=25), &[]);
}

#[test]
fn every_exporter_gets_every_row() {
    let rows = Rows::numbered(1..=30);
    let sandbox = Sandbox::with_rows(&rows);
    let server = FakeModel::start(Script::new().with_latency(Duration::from_millis(1))).unwrap();
    let ended = sandbox.run(&server, &["-o", "-"]).exits(0);
    let wanted: Vec<Value> = rows.values().iter().map(|row| answered(row, false)).collect();
    let found: Vec<Value> = ended.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(found, wanted);
    assert_eq!(sandbox.report()["rows"]["enriched"], 30);
    assert!(!ended.stderr.contains('\u{1b}') && !ended.stdout.contains('\u{1b}'));

    let second =
        "\n[[exporters]]\nplugin = \"csv\"\n[exporters.config]\npath = \"out.csv\"\ncolumns = [\"Topic\", \"TLDR\"]\n";
    sandbox.write("rowsmith.toml", format!("{ENRICH}{second}"));
    sandbox.run(&server, &[]).exits(0);
    sandbox.assert_output("the first exporter", &rows, &[]);
    let csv = sandbox.read("out.csv");
    let wanted =
        wanted.iter().map(|row| format!("{},{}", row["Topic"].as_str().unwrap(), row["TLDR"].as_str().unwrap()));
    assert_eq!(
        csv.lines().collect::<Vec<_>>(),
        std::iter::once("Topic,TLDR".to_owned()).chain(wanted).collect::<Vec<_>>()
    );
    assert_eq!(sandbox.report()["outputs"].as_array().unwrap().len(), 2);
}
