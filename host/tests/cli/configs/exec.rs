//! `config/exec.toml`: a scraper, a provider and an exporter in Python, from start to end.

use super::bundled::project;
use rowsmith_plugin_testkit::has_program;
use rowsmith_test_harness::config::KEY;
use rowsmith_test_harness::{Golden, Sandbox, library_name, parallel, plugins};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::{Command, Stdio};

#[test]
fn programs_in_python_scrape_answer_and_export() {
    if !has_program("python3") {
        return;
    }
    let sandbox = project();
    let report = |name: &str| -> Value {
        sandbox.rowsmith(&format!("run config/exec.toml --report {name}")).exits(0);
        sandbox.json(name)
    };
    let first = report("first.json");
    let scraped = first["rows"]["scraped"].as_u64().unwrap_or(0);
    assert!(scraped > 150, "{first}");
    assert_eq!(first["rows"]["enriched"].as_u64(), Some(scraped), "{first}");
    assert_eq!(first["calls"]["total"].as_u64(), Some(scraped.div_ceil(20)), "{first}");

    let page = sandbox.read("output/notes.html");
    assert_eq!(page.matches("<h2>").count() as u64, scraped);
    assert!(page.starts_with("<!doctype html>\n<meta charset=utf-8>\n<h1>Notes on astronomy</h1>\n<h2>Albireo</h2>"));
    let lines = sandbox.read("output/notes.csv");
    let albireo = "\nAlbireo,\"Albireo, the beak of the Swan, is the best loved coloured pair:\",object,96\n";
    assert!(lines.contains(albireo), "{lines}");
    assert!(!sandbox.has("output/notes.html.part"));

    let second = report("second.json");
    assert_eq!(second["calls"]["total"], 0, "{second}");
    assert_eq!(second["rows"]["cached"].as_u64(), Some(scraped), "{second}");

    let changed = "run config/exec.toml --report third.json --set providers.rules.config.options.more=1";
    sandbox.rowsmith(changed).exits(0);
    let third = sandbox.json("third.json");
    assert_eq!(third["rows"]["cached"], 0, "options are part of the key: {third}");
}

#[test]
fn programs_list_and_verify() {
    if !has_program("python3") {
        return;
    }
    let sandbox = project();
    let list = sandbox.rowsmith("list config/exec.toml --format json").exits(0).json();
    assert_eq!(list[0]["name"], "config/sample/amateur-astronomy/content", "{list}");
    let check = sandbox.rowsmith("check config/exec.toml --online").exits(0);
    assert!(check.stdout.contains("rules-1"), "{}", check.stdout);
}

#[test]
fn mistakes_of_programs_are_reported() {
    if !has_program("python3") {
        return;
    }
    let sandbox = project();
    let cases = [
        ("scraper.config.options.folder=no/such", 3, "`no/such`"),
        ("providers.rules.config.command=[\"rowsmith-nothing\"]", 3, "rowsmith-nothing"),
        ("providers.rules.config.options.words=3", 7, "AttributeError"),
    ];
    for (setting, code, cause) in cases {
        let run = sandbox.call(["run", "config/exec.toml", "--set", setting]).output().exits(code);
        assert!(run.stderr.contains(cause), "{setting}: {}", run.stderr);
        assert!(!sandbox.has("output/notes.html"), "{setting}");
    }
}

#[test]
fn secret_reaches_the_program_only() {
    if !has_program("python3") {
        return;
    }
    let sandbox = project();
    sandbox.write(
        "leaky.py",
        "import os, sys\nsys.stdin.readline()\nprint('my key is ' + os.environ['SERVICE_KEY'], flush=True)\n",
    );
    let arguments = [
        "run",
        "config/exec.toml",
        "-v",
        "--set",
        "scraper.config.command=[\"python3\", \"leaky.py\"]",
        "--set",
        "scraper.config.secret_env={ SERVICE_KEY = { env = \"FAKE_KEY\" } }",
    ];
    let run = sandbox.call(arguments).env(KEY.0, KEY.1).output().exits(10);
    assert!(run.stderr.contains("my key is "), "{}", run.stderr);
    assert!(!run.stderr.contains("0123456789"), "{}", run.stderr);

    let plan = sandbox.call(["plan"].iter().chain(&arguments[1..2]).chain(&arguments[3..])).output().exits(10);
    assert!(plan.stderr.contains("my key is not-set"), "a plan needs no key: {}", plan.stderr);
}

/// A config with a program of each kind of `docs/exec-plugins.md`.
const DOCUMENTED: &str = r#"
[scraper]
plugin = "exec"
[scraper.config]
command = ["python3", "program0.py"]
options = { file = "rows.csv" }
[cache]
plugin = "memory"
[enrich]
provider = "upper"
input = ["Topic"]
instructions = "."
[enrich.output.summary]
column = "Name"
type = "string"
[providers.upper]
plugin = "exec"
[providers.upper.config]
command = ["python3", "program2.py"]
[[exporters]]
plugin = "exec"
[exporters.config]
command = ["python3", "program3.py"]
path = "cards.vcf"
"#;

/// Returns a sandbox with the programs of `docs/exec-plugins.md`.
fn documented() -> Sandbox {
    let docs = include_str!("../../../../docs/exec-plugins.md");
    let programs: Vec<&str> = docs.split("```python\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(programs.len(), 4);
    let sandbox = Sandbox::new();
    for (at, program) in programs.iter().enumerate() {
        sandbox.write(&format!("program{at}.py"), program);
    }
    sandbox
}

#[test]
fn documented_programs_work() {
    if !has_program("python3") {
        return;
    }
    let sandbox = documented();
    sandbox.write("rows.csv", "Topic,Mail\nalbireo,a@example.org\nalgol,b@example.org\n");
    sandbox.write("rowsmith.toml", DOCUMENTED);
    sandbox.rowsmith("run").exits(0);
    let card = |name: &str, mail: &str| format!("BEGIN:VCARD\nVERSION:4.0\nFN:{name}\nEMAIL:{mail}\nEND:VCARD\n");
    let expected = card("ALBIREO", "a@example.org") + &card("ALGOL", "b@example.org");
    assert_eq!(sandbox.read("cards.vcf"), expected);
    sandbox.rowsmith("run -o other.vcf").exits(0);
    assert_eq!(sandbox.read("other.vcf"), expected);
}

/// A scraper that brings only new rows.
const BOOKMARK: &str = r#"
[scraper]
plugin = "exec"
isolation = "process"
[scraper.config]
command = ["python3", "program1.py"]
[cache]
plugin = "memory"
[enrich]
provider = "words"
input = ["Number"]
instructions = "."
[enrich.output.short]
type = "string"
[providers.words]
plugin = "extractive"
[[exporters]]
plugin = "jsonl"
[exporters.config]
path = "rows.jsonl"
"#;

#[test]
fn a_documented_bookmark_moves_with_complete_runs() {
    if !has_program("python3") {
        return;
    }
    for isolation in ["process", "none"] {
        let sandbox = documented();
        sandbox.write("rowsmith.toml", BOOKMARK.replace("process", isolation));
        let numbers = || -> Vec<u64> {
            let text = sandbox.read("rows.jsonl");
            let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
            rows.filter_map(|row| row["Number"].as_u64()).collect()
        };
        sandbox.rowsmith("run").exits(0);
        assert_eq!(numbers(), [1, 2, 3], "{isolation}");
        sandbox.rowsmith("plan").exits(0);
        // A run with a limit is not complete.
        sandbox.rowsmith("run --limit 1");
        sandbox.rowsmith("run").exits(0);
        assert_eq!(numbers(), [4, 5, 6], "{isolation}");
    }
}

/// Runs `rowsmith plugin test` on a plugin `exec` with this program; returns its output.
#[track_caller]
fn tested(sandbox: &Sandbox, kind: &str, program: &str, options: &[&str], code: i32) -> String {
    let file = plugins().join(library_name(kind, "exec")).display().to_string();
    let command = format!("command=[\"python3\", \"{program}\"]");
    let mut arguments = vec!["plugin", "test", &file, "--set", &command];
    arguments.extend(options.iter().flat_map(|option| ["--set", option]));
    sandbox.call(arguments).output().exits(code).stdout
}

#[test]
fn bundled_programs_pass_the_conformance_suites() {
    if !has_program("python3") {
        return;
    }
    let sandbox = project();
    let folder = "options.folder=config/sample/amateur-astronomy/content";
    let cases = [
        ("scraper", "config/exec/scraper.py", &[folder][..]),
        ("provider", "config/exec/provider.py", &[]),
        ("exporter", "config/exec/exporter.py", &["options.heading=name"]),
    ];
    parallel(cases, |(kind, program, options)| tested(&sandbox, kind, program, options, 0));
}

#[test]
fn documented_programs_pass_the_documented_checks() {
    if !has_program("python3") {
        return;
    }
    let sandbox = documented();
    sandbox.write("rows.csv", "Topic,Mail\nalbireo,a@example.org\n");
    // A card has a name and an address; so the checks for all columns fail, as documented.
    let cases = [
        ("exporter", "program3.py", &[][..], 4),
        ("scraper", "program0.py", &["options.file=rows.csv"], 0),
        ("provider", "program2.py", &[], 0),
    ];
    let outputs = parallel(cases, |(kind, program, options, code)| tested(&sandbox, kind, program, options, code));
    let output = &outputs[0];
    let failed: Vec<&str> = output.lines().filter_map(|line| line.strip_prefix("✗ ")?.split(": ").next()).collect();
    let mut golden = Golden::new("exec_documented_exporter");
    golden.add("failed checks", &failed.join("\n"));
    golden.check();
}

/// Runs a program with these lines as its input.
fn cut_off(sandbox: &Sandbox, program: &str, lines: &[Value]) {
    let mut command = Command::new("python3");
    command.arg(program).current_dir(sandbox.path("")).stdin(Stdio::piped()).stdout(Stdio::null());
    let mut child = command.spawn().expect("python3 starts");
    let mut input = child.stdin.take().expect("a pipe");
    for line in lines {
        writeln!(input, "{line}").expect("the program reads");
    }
    drop(input);
    assert!(child.wait().expect("the program ends").success(), "{program}");
}

#[test]
fn exporters_keep_the_earlier_result_when_their_input_is_cut() {
    if !has_program("python3") {
        return;
    }
    for (sandbox, program) in [(project(), "config/exec/exporter.py"), (documented(), "program3.py")] {
        sandbox.write("out/rows", "an earlier result");
        let hello = json!({"rowsmith": 1, "kind": "exporter", "task": "export", "config": {"heading": "Name"}});
        let begin = json!({"begin": {"columns": ["Name"], "path": "out/rows"}});
        let rows = json!({"rows": [{"Name": "Albireo", "Mail": "a@example.org"}]});
        cut_off(&sandbox, program, &[hello, begin, rows]);
        let files = std::fs::read_dir(sandbox.path("out")).expect("a folder").count();
        assert_eq!(files, 1, "{program} leaves a file");
        assert_eq!(sandbox.read("out/rows"), "an earlier result", "{program}");
    }
}
