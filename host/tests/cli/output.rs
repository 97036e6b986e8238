//! What goes where: data, messages, colour, progress and logs.

use rowsmith_test_harness::{Sandbox, config};

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", config::offline());
    sandbox.write("wrong.toml", config::offline().replace("input =", "inputs ="));
    sandbox.write("rows.csv", config::rows(3));
    sandbox
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let sandbox = sandbox();
    let coloured = |line: &str, variable: Option<(&str, &str)>| {
        let mut call = sandbox.call(line.split(' '));
        if let Some((name, value)) = variable {
            call = call.env(name, value);
        }
        let said = call.output();
        assert!(!said.stdout.contains('\u{1b}'), "{line}");
        said.stderr.contains('\u{1b}')
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
fn quiet_says_nothing_when_all_is_well() {
    let sandbox = sandbox();
    let said = sandbox.rowsmith("run -q").exits(0);
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
    let said = sandbox.rowsmith("check wrong.toml -q").exits(3);
    assert!(said.stderr.starts_with("error[RS1001]"), "{}", said.stderr);
}

#[test]
fn rows_go_to_standard_output_and_nothing_else_does() {
    let sandbox = sandbox();
    let said = sandbox.rowsmith("run -o -").exits(0);
    assert!(said.stdout.starts_with("Title,Text,Summary,Level\nTopic 1,"), "{}", said.stdout);
    assert_eq!(said.stdout.lines().count(), 4);
    assert!(said.stderr.contains("Rows            3\n"), "{}", said.stderr);
    assert!(!sandbox.has("out.csv"));

    let call = sandbox.call(["run", "--set", "scraper.config.path=-", "-o", "-", "-q"]);
    let piped = call.input("Title,Text\nPiped,Some words from a pipe\n").output().exits(0);
    assert!(piped.stdout.starts_with("Title,Text,Summary,Level\nPiped,"), "{}", piped.stdout);
    let config = config::offline();
    let said = sandbox.call(["check", "-"]).input(&config).output().exits(0);
    assert!(said.stdout.ends_with("standard input is fine\n"), "{}", said.stdout);
}

#[test]
fn progress_and_logs_have_a_form_for_programs() {
    let sandbox = sandbox();
    for mode in ["plain", "json", "none", "auto"] {
        let said = sandbox.rowsmith(&format!("run --refresh --progress {mode}")).exits(0);
        assert!(said.stderr.contains("Rows            3\n"), "{mode}: {}", said.stderr);
        assert_eq!(said.stdout, "", "{mode}");
    }
    // The last line of a run says how it ended.
    let said = sandbox.rowsmith("run -q --refresh --progress json").exits(0);
    let last: serde_json::Value =
        serde_json::from_str(said.stderr.lines().last().unwrap_or("")).expect("a line is JSON");
    assert_eq!((&last["rows"]["enriched"], &last["calls"]), (&3.into(), &1.into()), "{last}");
    assert_eq!(last["source_ended"], true, "{last}");
    let said = sandbox.rowsmith("run -q --refresh --progress json -vv --log-format json").exits(0);
    for line in said.stderr.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(value.is_object(), "{line}");
    }
    let said = sandbox.rowsmith("run --refresh -vv --log-format json").exits(0);
    let logs: Vec<serde_json::Value> = said.stderr.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert!(!logs.is_empty(), "{}", said.stderr);
    assert!(logs.iter().all(|log| log["level"].is_string()), "{}", said.stderr);
}
