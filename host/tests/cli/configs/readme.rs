//! The commands of the README work as described.

use super::bundled::project;
use rowsmith_test_harness::Sandbox;
use serde_json::Value;
use std::collections::HashMap;

const README: &str = include_str!("../../../../README.md");

/// Returns the commands of the shell blocks, without comments.
fn commands() -> Vec<String> {
    let blocks = README.split("```sh\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).map(|line| line.split(" #").next().unwrap_or_default().trim().to_owned());
    lines.filter(|line| !line.is_empty()).collect()
}

#[test]
fn first_command_answers_every_row_and_repeats_without_a_call() {
    let commands = commands();
    let (build, run) = commands[0].split_once(" && ").expect("build, then run");
    assert_eq!((build, commands[1].as_str()), ("cargo build --release", "cargo test --workspace"));
    let arguments = run.strip_prefix("target/release/rowsmith ").expect("the program is started");

    let sandbox = project();
    let report = |name: &str| -> Value {
        sandbox.rowsmith(&format!("{arguments} --report {name}")).exits(0);
        sandbox.json(name)
    };
    let first = report("first.json");
    let scraped = first["rows"]["scraped"].as_u64().unwrap_or(0);
    assert!(scraped >= 150, "{first}");
    assert_eq!(first["rows"]["enriched"].as_u64(), Some(scraped), "{first}");
    assert_eq!(first["calls"]["total"].as_u64(), Some(scraped.div_ceil(20)), "{first}");
    assert!(README.contains(&format!("reads {scraped} topics")), "the README names the number of rows");

    let output = "output/amateur-astronomy.csv";
    assert!(README.contains(output));
    let text = sandbox.read(output);
    let rows: Vec<HashMap<String, String>> =
        csv::Reader::from_reader(text.as_bytes()).deserialize().map(|row| row.expect("a record")).collect();
    assert_eq!(rows.len() as u64, scraped);
    for row in &rows {
        let words = row["TLDR"].split_whitespace().count();
        assert!((1..=12).contains(&words), "{row:?}");
        assert!(["practice", "expert"].contains(&row["Challenge"].as_str()), "{row:?}");
    }

    let second = report("second.json");
    assert_eq!(second["calls"]["total"], 0, "{second}");
    assert_eq!(second["rows"]["cached"].as_u64(), Some(scraped), "{second}");
    assert_eq!(sandbox.read(output), text);
}

#[test]
fn named_commands_and_flags_exist() {
    let sandbox = Sandbox::new();
    let (_, table) = README.split_once("## Commands\n").expect("the commands");
    let (table, _) = table.split_once("\n## ").expect("the next part");
    let spans: Vec<&str> = table.split('`').skip(1).step_by(2).collect();
    let verbs: Vec<&str> = spans.iter().filter_map(|span| span.strip_prefix("rowsmith ")).collect();
    assert!(verbs.len() >= 9, "{verbs:?}");
    for verb in verbs {
        let words: Vec<&str> = verb.split(' ').filter(|word| word.chars().all(|c| c.is_ascii_lowercase())).collect();
        sandbox.bare(words.iter().copied().chain(["--help"])).output().exits(0);
    }
    let help: String = ["run", "check", "cache verify", "plugin pin"]
        .iter()
        .map(|verb| sandbox.bare(verb.split(' ').chain(["--help"])).output().exits(0).stdout)
        .collect();
    for span in spans.iter().filter(|span| span.starts_with('-')) {
        let flag = span.split(' ').next().unwrap_or_default();
        assert!(help.contains(flag), "{span} is in the README, and no command has it");
    }
}
