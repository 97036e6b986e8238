//! Stale answers, invalid counts, oversized answers, and control characters.

use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, UsageReport, When};
use rowsmith_test_harness::{Rows, Sandbox, numbers_of, read_jsonl};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

#[test]
fn refresh_asks_every_row_also_with_distant_duplicates() {
    let answers = |text: &str| {
        let script = Script::new().on(When::any(), Then::mutated(Mutation::set("Topic", "tldr", text)));
        FakeModel::start(script).unwrap()
    };
    let sandbox = Sandbox::with_rows(&Rows::of((1..=1_000).chain(1..=1_000)));
    // Less than the distance between a row and its duplicate.
    let small = ["--set", "run.window_rows=200", "--set", "batch.suspect_equal=0"];
    sandbox.run(&answers("old"), &small).exits(0);
    for (answer, window) in [("new", &small[..]), ("newest", &small[2..])] {
        let server = answers(answer);
        sandbox.run(&server, &[&["--refresh"], window].concat()).exits(0);
        assert_eq!(numbers_of(&server.requests()), (1..=1_000).collect::<Vec<_>>(), "every question once");
        let found = read_jsonl(&sandbox.path("out.jsonl"));
        let others = found.iter().filter(|row| row["TLDR"] != answer).count();
        assert_eq!((found.len(), others), (2_000, 0), "{answer}");
    }
}

#[test]
fn impossible_token_counts_are_ignored() {
    let max = u64::MAX;
    let usage = UsageReport::Fixed { prompt: max, output: max, thinking: max, cached: max };
    let rows = Rows::numbered(1..=60);
    for limits in [&[][..], &["--set", "providers.gemini.limits.tokens_per_minute=1000000"]] {
        let sandbox = Sandbox::with_rows(&rows);
        let server = FakeModel::start(Script::new().on(When::any(), Then::answer().usage(usage))).unwrap();
        let ended = sandbox.run(&server, limits).exits(0);
        assert!(!ended.stderr.contains("panicked"), "{}", ended.stderr);
        let tokens = &sandbox.report()["tokens"];
        assert_eq!((&tokens["input"], &tokens["output"], &tokens["cached"]), (&0.into(), &0.into(), &0.into()));
        sandbox.assert_output("60 rows", &rows, &[]);
    }
}

#[test]
fn answers_with_many_fields_are_rejected_quickly() {
    let mut fields = String::new();
    for field in 0..20_000 {
        write!(fields, "\"field {field}\":{field},").unwrap();
    }
    let fields = fields.trim_end_matches(',');
    for (name, text) in [
        ("one object", format!("{{{fields}}}")),
        ("keyed", format!("{{\"r0\":{{{fields}}},\"r1\":{{{fields}}}}}")),
        ("a list", format!("[{{{fields}}}]")),
    ] {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=2));
        let server = FakeModel::start(Script::new().on(When::any(), Then::mutated(Mutation::Text(text)))).unwrap();
        let start = Instant::now();
        let ended = sandbox.run(&server, &[]);
        assert_eq!(ended.code(), 5, "{name}: {}", ended.stderr);
        assert!(start.elapsed() < Duration::from_secs(10), "{name}: {:?}", start.elapsed());
        assert_eq!(sandbox.report()["rows"]["failed"], 2, "{name}");
    }
}

#[test]
fn control_characters_of_a_service_are_not_printed() {
    const CONTROL: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}no rows";
    let body = serde_json::json!({"error": {"code": 403, "message": CONTROL, "status": "PERMISSION_DENIED"}});
    for (name, then, code) in [
        ("an answer", Then::mutated(Mutation::Text(CONTROL.to_owned())), 5),
        ("a value", Then::mutated(Mutation::set("Topic", "challenge", CONTROL)), 5),
        ("a finish reason", Then::mutated(Mutation::Finish(CONTROL.to_owned())).with(Mutation::empty_text()), 5),
        ("an error", Then::raw_json(403, body.to_string()), 7),
    ] {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=1));
        let server = FakeModel::start(Script::new().on(When::any(), then)).unwrap();
        let ended = sandbox.run(&server, &["-vv"]);
        assert_eq!(ended.code(), code, "{name}: {}", ended.stderr);
        let raw = ended.stderr.chars().find(|c| ['\u{1b}', '\u{7}', '\u{9b}', '\u{202e}'].contains(c));
        assert_eq!(raw, None, "{name}: {:?}", ended.stderr);
    }
}
