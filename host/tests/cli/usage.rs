//! Commands and flags: their help, and what is said when they are wrong.

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
fn every_command_has_its_help() {
    let sandbox = Sandbox::new();
    let mut golden = Golden::new("help");
    for verb in VERBS {
        let line = match verb {
            "help run" | "-V" => verb.to_owned(),
            _ => format!("{verb} --help").trim().to_owned(),
        };
        let said = sandbox.bare(line.split(' ')).output().exits(0);
        assert_eq!(said.stderr, "", "{line}");
        assert!(!said.stdout.contains('\u{1b}'), "{line}");
        golden.add(&format!("rowsmith {line}"), &said.stdout.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
    }
    golden.check();
}

#[test]
fn wrong_use_is_said_with_a_way_out() {
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
        let said = sandbox.rowsmith(line);
        if said.code() != code {
            wrong.push(format!("{line}: ended with {}, not {code}", said.code()));
        }
        assert_eq!(said.stdout, "", "{line}");
        golden.add(&format!("rowsmith {line} (exit {})", said.code()), &said.stderr);
    }
    let bare = sandbox.bare::<&str>([]).output().exits(2);
    assert!(bare.stderr.contains("Usage: rowsmith"), "{}", bare.stderr);
    golden.check();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
