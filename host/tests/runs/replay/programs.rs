//! Programs of the plugins `exec`: their lines are recorded, and a replay starts none of them.

use rowsmith_plugin_testkit::has_program;
use rowsmith_test_harness::{Golden, Output, Sandbox};
use serde_json::{Value, json};
use std::fs;
use std::time::{Duration, Instant};

/// Three rows.
const SCRAPER: &str = r#"echo scraper >>started
read -r hello
echo '{"ready": 1}'
echo '{"log": "info", "message": "three rows"}'
echo '{"row": {"Topic": "star", "Size": 1.50, "Key": "'"$SERVICE_KEY"'"}}'
echo '{"row": {"Topic": "moon"}}'
echo '{"row": {"Topic": "sun"}}'
echo '{"done": true}'
"#;

/// Answers one row with the number of its question. Fails for the first question about the moon.
const PROVIDER: &str = r#"echo provider >>started
read -r hello
echo '{"ready": 1, "model": "counter", "identity": 1}'
while read -r line; do
  id=${line#*:}; id=${id%%,*}
  case $line in
    *'"moon"'*) if [ ! -e failed ]; then : >failed; echo gone >&2; exit 75; fi ;;
  esac
  echo '{"id": '"$id"', "answer": {"r0": {"summary": "answer '"$(wc -l <started)"'"}}, "usage": {"input": 7, "output": 2}}'
done
"#;

/// Writes its input to a file.
const EXPORTER: &str = r#"echo exporter >>started
read -r hello
echo '{"ready": 1}'
while read -r line; do
  echo "$line" >>exported
  case $line in
    '{"finish"'*) echo '{"done": true, "location": "the archive", "rows": 3}' ;;
  esac
done
"#;

const CONFIG: &str = r#"
[scraper]
plugin = "exec"
[scraper.config]
command = ["sh", "scraper.sh"]
secret_env = { SERVICE_KEY = { env = "FAKE_KEY" } }
[cache]
plugin = "memory"
[enrich]
provider = "counter"
input = ["Topic"]
instructions = "Count."
[enrich.output.summary]
type = "string"
column = "Summary"
[batch]
max_rows = 1
[providers.counter]
plugin = "exec"
[providers.counter.config]
command = ["sh", "provider.sh"]
[providers.counter.limits]
max_concurrency = 1
[[exporters]]
plugin = "jsonl"
[exporters.config]
path = "out.jsonl"
[[exporters]]
plugin = "exec"
[exporters.config]
command = ["sh", "exporter.sh"]
"#;

const KEY: &str = "key-0123456789-of-the-service";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", CONFIG);
    for (name, text) in [("scraper.sh", SCRAPER), ("provider.sh", PROVIDER), ("exporter.sh", EXPORTER)] {
        sandbox.write(name, text);
    }
    sandbox
}

/// Runs with the report `report.json`.
fn run(sandbox: &Sandbox, arguments: &[&str]) -> Output {
    let base = ["run", "--progress", "none", "--report", "report.json"];
    let call = sandbox.call(base.iter().chain(arguments)).time_scale("0.1");
    // A replay needs no key.
    if arguments.contains(&"--replay") { call.output() } else { call.env("FAKE_KEY", KEY).output() }
}

/// Records a run into `rec`, and removes everything that its programs left.
fn record(sandbox: &Sandbox, arguments: &[&str], code: i32) -> Output {
    let output = run(sandbox, &[&["--record", "rec"], arguments].concat()).exits(code);
    for name in ["started", "failed", "exported"] {
        drop(fs::remove_file(sandbox.path(name)));
    }
    output
}

/// Returns the lines of a recorded exchange.
fn lines(sandbox: &Sandbox, name: &str) -> Vec<Value> {
    sandbox.read(&format!("rec/{name}")).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// A change of the recorded rows.
type RowChange = fn(&mut Vec<Value>);

/// Returns a recorded export with other rows, all in one line. The division of the rows into lines has no meaning.
fn with_rows(recorded: &[Value], change: RowChange) -> String {
    let rows = recorded.iter().filter_map(|line| line["sent"]["rows"].as_array()).flatten();
    let mut rows: Vec<Value> = rows.cloned().collect();
    change(&mut rows);
    let (before, after) = (&recorded[..2], recorded.iter().skip(2).filter(|line| line["sent"]["rows"].is_null()));
    let rows = json!({"sent": {"rows": rows}});
    let lines: Vec<String> = before.iter().chain([&rows]).chain(after).map(Value::to_string).collect();
    lines.join("\n") + "\n"
}

/// Returns the messages without the numbers of exchanges, which depend on the order in which programs answer.
fn without_numbers(output: &Output) -> String {
    (1..=12).fold(output.messages(), |text, number| text.replace(&format!("{number:06}.jsonl"), "NUMBER.jsonl"))
}

/// Returns the parts of the report that a replay repeats.
fn figures(sandbox: &Sandbox) -> Value {
    let report = sandbox.report();
    json!({"rows": report["rows"], "calls": report["calls"], "tokens": report["tokens"]})
}

#[test]
fn a_run_of_programs_is_replayed_without_them() {
    for isolation in ["none", "process"] {
        let sandbox = sandbox();
        let isolated = format!("plugin = \"exec\"\nisolation = \"{isolation}\"\n");
        sandbox.write("rowsmith.toml", CONFIG.replace("plugin = \"exec\"\n", &isolated));
        record(&sandbox, &[], 0);
        let (rows, recorded) = (sandbox.read("out.jsonl"), figures(&sandbox));
        assert_eq!(rows.lines().count(), 3, "{rows}");
        assert_eq!(recorded["calls"]["retries"], 1, "{recorded}");
        fs::remove_file(sandbox.path("out.jsonl")).unwrap();

        let replayed = run(&sandbox, &["--replay", "rec"]).exits(0);
        assert_eq!(sandbox.read("out.jsonl").replace("[secret]", KEY), rows, "{isolation}");
        assert_eq!(figures(&sandbox), recorded, "{isolation}");
        assert!(!sandbox.has("started") && !sandbox.has("exported"), "{isolation}: no program started");
        assert!(replayed.stderr.contains("the archive"), "{isolation}: {}", replayed.stderr);
        assert!(!replayed.stderr.contains("warning"), "{isolation}: {}", replayed.stderr);
    }
}

#[test]
fn lines_are_readable_and_have_no_secret() {
    let sandbox = sandbox();
    let output = record(&sandbox, &[], 0);
    let mut golden = Golden::new("record_programs");
    golden.add("the end of the run", output.stderr.lines().find(|line| line.contains(" rec")).unwrap_or(""));
    golden.check();
    assert_eq!(sandbox.names("rec"), ["exporter-exec", "provider-exec", "scraper-exec"]);
    let scraper = lines(&sandbox, &format!("scraper-exec/{}", sandbox.names("rec/scraper-exec")[0]));
    assert_eq!(scraper[0], json!({"version": 1, "plugin": "scraper-exec", "command": ["sh", "scraper.sh"]}));
    let features = json!(["progress", "columns", "state", "finish"]);
    let first = json!({"rowsmith": 1, "kind": "scraper", "task": "scrape", "config": {}, "features": features});
    assert_eq!(scraper[1]["sent"], first);
    assert_eq!(scraper[4]["received"]["row"], json!({"Topic": "star", "Size": 1.50, "Key": "[secret]"}));
    assert_eq!(scraper[7], json!({"received": {"done": true}}));
    assert_eq!(scraper[8]["ended"].as_object().unwrap().len(), 1, "only the duration: {}", scraper[8]);
    let provider: Vec<String> = sandbox.names("rec/provider-exec");
    let failed = provider.iter().map(|name| lines(&sandbox, &format!("provider-exec/{name}")));
    let failed: Vec<_> = failed.filter(|lines| !lines.last().unwrap()["ended"]["error"].is_null()).collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert!(failed[0].iter().any(|line| line["sent"]["complete"]["rows"]["r0"]["row"]["Topic"] == "moon"));
    let everything = format!("{scraper:?}{failed:?}");
    assert!(!everything.contains(KEY) && !everything.contains("PATH"), "{everything}");
}

#[test]
fn another_line_is_reported_with_its_difference() {
    let sandbox = sandbox();
    record(&sandbox, &[], 0);
    let mut golden = Golden::new("replay_programs");
    for (name, setting, code) in [
        ("another question", "enrich.instructions=Count them.", 7),
        ("other options of the scraper", "scraper.config.options.folder=x", 10),
        ("another command", "providers.counter.config.command=[\"sh\", \"other.sh\"]", 7),
        ("other rows for the exporter", "enrich.output.summary.column=Answer", 8),
    ] {
        let output = run(&sandbox, &["--replay", "rec", "--set", setting]).exits(code);
        golden.add(&format!("{name} (exit {code})"), &without_numbers(&output));
        assert!(!sandbox.has("started"), "{name}: no program started");
    }
    let name = format!("exporter-exec/{}", sandbox.names("rec/exporter-exec").pop().unwrap());
    let recorded = lines(&sandbox, &name);
    let changes: [(&str, RowChange); 3] = [
        ("another row", |rows| rows[1]["Topic"] = "mars".into()),
        ("fewer rows than recorded", |rows| rows.push(json!({"Topic": "sea"}))),
        ("more rows than recorded", |rows| rows.truncate(2)),
    ];
    for (case, change) in changes {
        sandbox.write(&format!("rec/{name}"), with_rows(&recorded, change));
        let output = run(&sandbox, &["--replay", "rec"]).exits(8);
        golden.add(&format!("{case} (exit 8)"), &without_numbers(&output));
    }
    golden.check();
}

#[test]
fn a_program_that_fails_fails_again() {
    let sandbox = sandbox();
    sandbox.write("scraper.sh", SCRAPER.replace("echo '{\"done\": true}'", "echo 'the disk is gone' >&2\nexit 74"));
    let recorded = record(&sandbox, &[], 10);
    let replayed = run(&sandbox, &["--replay", "rec"]).exits(10);
    for output in [recorded, replayed] {
        assert!(output.stderr.contains("the disk is gone"), "{}", output.stderr);
    }
    assert_eq!(sandbox.report()["rows"]["enriched"], 3, "rows before the failure are answered");
}

#[test]
fn a_limited_run_is_replayed() {
    let sandbox = sandbox();
    record(&sandbox, &["--limit", "2"], 0);
    let rows = sandbox.read("out.jsonl");
    run(&sandbox, &["--replay", "rec", "--limit", "2"]).exits(0);
    assert_eq!(sandbox.read("out.jsonl").replace("[secret]", KEY), rows);
}

#[test]
fn lines_before_a_kill_are_replayed() {
    let sandbox = sandbox();
    sandbox.write("scraper.sh", SCRAPER.replace("echo '{\"done\"", "read -r more\necho '{\"done\""));
    let recorded = || {
        let file = fs::read_dir(sandbox.path("rec/scraper-exec")).ok()?.next()?.ok()?.path();
        fs::read_to_string(&file).ok().map(|text| (file, text)).filter(|(_, text)| text.contains("sun"))
    };
    let run_of_a_pausing_program = sandbox.call(["run", "--record", "rec"]).env("FAKE_KEY", KEY).start();
    let deadline = Instant::now() + Duration::from_secs(60);
    // The start, three answers and one failure.
    let is_whole = |name: &String| sandbox.read(&format!("rec/provider-exec/{name}")).contains("\"ended\"");
    let answered = || {
        sandbox.has("rec/provider-exec") && {
            let names = sandbox.names("rec/provider-exec");
            names.len() == 5 && names.iter().all(is_whole)
        }
    };
    while recorded().is_none() || !answered() {
        assert!(Instant::now() < deadline, "the rows and answers are not recorded");
        std::thread::yield_now();
    }
    run_of_a_pausing_program.signal("KILL");
    drop(run_of_a_pausing_program.end());
    drop(fs::remove_file(sandbox.path("started")));
    let output = run(&sandbox, &["--replay", "rec"]).exits(10);
    let mut golden = Golden::new("replay_programs_cut_off");
    golden.add("the exchange has no end", &without_numbers(&output));

    let (file, text) = recorded().unwrap();
    fs::write(&file, format!("{text}nothing\n")).unwrap();
    let output = run(&sandbox, &["--replay", "rec"]).exits(2);
    golden.add("a line is no JSON", &without_numbers(&output));
    golden.check();
}

#[test]
fn list_and_verification_are_replayed() {
    let sandbox = sandbox();
    let listing = SCRAPER.replace("{\"row\": {\"Topic\": \"sun\"}}", "{\"done\": true}");
    let listing = listing.lines().filter(|line| !line.contains("\"row\"")).collect::<Vec<_>>().join("\n");
    let listing = listing.replace("{\"log\"", "{\"listing\": {\"name\": \"sky\"}}'\necho '{\"log\"");
    sandbox.write("scraper.sh", listing);
    let recorded = sandbox.rowsmith("list --record rec").exits(0);
    assert_eq!(recorded.stdout, "sky\n");
    fs::remove_file(sandbox.path("started")).unwrap();
    assert_eq!(sandbox.rowsmith("list --replay rec").exits(0).stdout, recorded.stdout);
    let verified = sandbox.call(["check", "--online", "--record", "more"]).env("FAKE_KEY", KEY).output().exits(0);
    fs::remove_file(sandbox.path("started")).unwrap();
    let output = sandbox.rowsmith("check --online --replay more").exits(0);
    let ready = |output: &Output| output.stdout.lines().find(|line| line.contains(" counter")).map(str::to_owned);
    let mut golden = Golden::new("replay_programs_verified");
    golden.add("check --online --replay", &ready(&output).unwrap_or_default());
    golden.check();
    assert_eq!(ready(&output), ready(&verified));
    assert!(!sandbox.has("started"), "no program started");
}

/// Versions before 0.3 recorded no lines of programs.
#[test]
fn programs_start_when_a_cassette_has_none() {
    let sandbox = sandbox();
    record(&sandbox, &[], 0);
    fs::remove_dir_all(sandbox.path("rec")).unwrap();
    let exchange = json!({"version": 1, "request": {"method": "GET", "url": "http://h"}, "response": {"status": 200}});
    sandbox.write("rec/000001-scraper-web.json", exchange.to_string());
    let output = run(&sandbox, &["--replay", "rec"]).exits(0);
    assert!(sandbox.has("started"));
    let mut golden = Golden::new("replay_programs_missing");
    let lines: std::collections::BTreeSet<_> = output.stderr.lines().filter(|line| line.contains("exec")).collect();
    golden.add("one line for each program", &lines.into_iter().map(|line| line.to_owned() + "\n").collect::<String>());
    golden.check();
}

/// Several questions at once, in a language with JSON.
#[test]
fn a_provider_in_python_is_replayed() {
    if !has_program("python3") {
        return;
    }
    let sandbox = sandbox();
    let docs = include_str!("../../../../docs/exec-plugins.md");
    let program = docs.split("```python\n").nth(3).and_then(|rest| rest.split("```").next()).unwrap();
    sandbox.write("provider.py", format!("open('started', 'a').close()\n{program}"));
    let rows: Vec<String> = (1..=90).map(|row| format!("echo '{{\"row\": {{\"Topic\": \"topic {row}\"}}}}'")).collect();
    sandbox.write("scraper.sh", SCRAPER.replace("echo '{\"done\"", &format!("{}\necho '{{\"done\"", rows.join("\n"))));
    let python = CONFIG
        .replace("[\"sh\", \"provider.sh\"]", "[\"python3\", \"provider.py\"]\nprocesses = 3")
        .replace("max_rows = 1\n", "max_rows = 20\n")
        .replace("max_concurrency = 1", "max_concurrency = 4");
    sandbox.write("rowsmith.toml", python);
    record(&sandbox, &[], 0);
    let (rows, recorded) = (sandbox.read("out.jsonl"), figures(&sandbox));
    assert!(rows.contains("TOPIC 90"), "{rows}");
    for _ in 0..2 {
        run(&sandbox, &["--replay", "rec"]).exits(0);
        assert_eq!(sandbox.read("out.jsonl").replace("[secret]", KEY), rows);
        assert_eq!(figures(&sandbox), recorded);
        assert!(!sandbox.has("started"), "no program started");
    }
}
