//! Streams of the program: data, messages, colour, progress and logs.

use rowsmith_test_harness::{Golden, Sandbox, config};
use serde_json::Value;

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", config::offline());
    sandbox.write("wrong.toml", config::offline().replace("input =", "inputs ="));
    sandbox.write("rows.csv", config::rows(3));
    sandbox
}

#[test]
fn colour_needs_a_terminal_or_the_flag() {
    let sandbox = sandbox();
    let coloured = |line: &str, variable: Option<(&str, &str)>| {
        let mut call = sandbox.call(line.split(' '));
        if let Some((name, value)) = variable {
            call = call.env(name, value);
        }
        let output = call.output();
        assert!(!output.stdout.contains('\u{1b}'), "{line}");
        output.stderr.contains('\u{1b}')
    };
    for line in ["run", "check wrong.toml", "plugin info nothing", "run -v --log-format json", "rnu"] {
        assert!(!coloured(line, None), "{line}");
        assert!(!coloured(line, Some(("NO_COLOR", "1"))), "{line}");
    }
    assert!(coloured("check wrong.toml --color always", None));
    assert!(coloured("check wrong.toml --color always", Some(("NO_COLOR", "1"))));
    assert!(coloured("plugin info nothing --color always", None));
    assert!(!coloured("check wrong.toml --color never", Some(("CLICOLOR_FORCE", "1"))));
    assert!(!coloured("run --progress bar", None), "a bar needs a terminal");
}

#[test]
fn quiet_prints_errors_only() {
    let sandbox = sandbox();
    let run = sandbox.rowsmith("run -q").exits(0);
    assert_eq!((run.stdout.as_str(), run.stderr.as_str()), ("", ""));
    let check = sandbox.rowsmith("check wrong.toml -q").exits(3);
    assert!(check.stderr.starts_with("error[RS1001]"), "{}", check.stderr);
}

#[test]
fn standard_output_carries_rows_only() {
    let sandbox = sandbox();
    let run = sandbox.rowsmith("run -o -").exits(0);
    assert!(run.stdout.starts_with("Title,Text,Summary,Level\nTopic 1,"), "{}", run.stdout);
    assert_eq!(run.stdout.lines().count(), 4);
    let mut golden = Golden::new("run_summary");
    golden.add("rowsmith run -o - (standard error)", &run.stderr);
    golden.check();
    assert!(!sandbox.has("out.csv"));

    let call = sandbox.call(["run", "--set", "scraper.config.path=-", "-o", "-", "-q"]);
    let piped = call.input("Title,Text\nPiped,Some words from a pipe\n").output().exits(0);
    assert!(piped.stdout.starts_with("Title,Text,Summary,Level\nPiped,"), "{}", piped.stdout);
    let config = config::offline();
    sandbox.call(["check", "-"]).input(&config).output().exits(0);
}

#[test]
fn progress_and_logs_have_a_json_form() {
    let sandbox = sandbox();
    for mode in ["plain", "json", "none", "auto"] {
        let run = sandbox.rowsmith(&format!("run --refresh --progress {mode}")).exits(0);
        assert_eq!(run.stdout, "", "{mode}");
    }
    // The last line has the final counts.
    let run = sandbox.rowsmith("run -q --refresh --progress json").exits(0);
    let last: Value = serde_json::from_str(run.stderr.lines().last().unwrap_or("")).expect("a line is JSON");
    assert_eq!((&last["rows"]["enriched"], &last["calls"]), (&3.into(), &1.into()), "{last}");
    assert_eq!(last["source_ended"], true, "{last}");
    let run = sandbox.rowsmith("run -q --refresh --progress json -vv --log-format json").exits(0);
    for line in run.stderr.lines() {
        let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(value.is_object(), "{line}");
    }
    let run = sandbox.rowsmith("run --refresh -vv --log-format json").exits(0);
    let logs: Vec<Value> = run.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert!(!logs.is_empty(), "{}", run.stderr);
    assert!(logs.iter().all(|log| log["level"].is_string()), "{}", run.stderr);
}
