//! Commands and flags: their help, and the errors of wrong use.

use rowsmith_test_harness::{Golden, Sandbox, config};

const VERBS: [&str; 20] = [
    "",
    "run",
    "plan",
    "check",
    "list",
    "plugin",
    "plugin list",
    "plugin info",
    "plugin pin",
    "plugin test",
    "plugin new",
    "cache",
    "cache stats",
    "cache verify",
    "cache clear",
    "init",
    "schema",
    "completions",
    "help run",
    "-V",
];

#[test]
fn every_command_has_help() {
    let sandbox = Sandbox::new();
    let mut golden = Golden::new("help");
    for verb in VERBS {
        let line = match verb {
            "help run" | "-V" => verb.to_owned(),
            _ => format!("{verb} --help").trim().to_owned(),
        };
        let output = sandbox.bare(line.split(' ')).output().exits(0);
        assert_eq!(output.stderr, "", "{line}");
        assert!(!output.stdout.contains('\u{1b}'), "{line}");
        golden.add(&format!("rowsmith {line}"), &output.stdout);
    }
    golden.check();
}

#[test]
fn wrong_use_is_reported_with_the_next_step() {
    let sandbox = Sandbox::new();
    sandbox.write("fine.toml", config::offline());
    sandbox.write("rows.csv", config::rows(1));
    let cases = [
        ("chek", 2),
        ("run --limt 3", 2),
        ("run --limit many", 2),
        ("run fine.toml --limit 0", 2),
        ("run --progress loud", 2),
        ("run --offline --refresh", 2),
        ("run fine.toml --report run.txt", 2),
        ("check --static --online", 2),
        ("plugin", 2),
        ("plugin info csv --kind sink", 2),
        ("plugin new pages", 2),
        ("completions tcsh", 2),
        ("run", 3),
        ("check no/such.toml", 3),
        ("plan .", 3),
        ("cache stats", 3),
    ];
    let mut golden = Golden::new("usage");
    let mut wrong = Vec::new();
    for (line, code) in cases {
        let output = sandbox.rowsmith(line);
        if output.code() != code {
            wrong.push(format!("{line}: exit code {}, not {code}", output.code()));
        }
        assert_eq!(output.stdout, "", "{line}");
        golden.record(&output);
    }
    golden.record(&sandbox.bare::<&str>([]).output().exits(2));
    golden.check();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
