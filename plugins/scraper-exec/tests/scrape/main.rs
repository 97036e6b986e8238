//! Rows from a program in Python.
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic; the lint does not see that functions beside a test are part of it"
)]

mod conformance;

use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, block_on, has_program, scrape_rows};
use rowsmith_scraper_exec::ExecScraper;

/// The beginning of every program.
const BEGINNING: &str = "import sys, json\nhello = json.loads(sys.stdin.readline())\n";

fn scraper(program: &str, host: &FakeHost) -> ExecScraper {
    let config = json!({"command": ["python3", "-c", format!("{BEGINNING}{program}")]});
    ExecScraper::new(serde_json::from_value(config).unwrap(), host.host()).unwrap()
}

/// The rows and the result.
fn scrape(program: &str) -> (Vec<Value>, Result<()>) {
    let host = FakeHost::default();
    let result = scrape_rows(&scraper(program, &host), &host).map(drop);
    (host.rows(), result)
}

#[test]
fn rows_keep_order_columns_and_digits() {
    if !has_program("python3") {
        return;
    }
    let (rows, result) = scrape(
        r#"print('{"ready": 1}')
for n in range(1000): print(json.dumps({"row": {"n": n, "t": "é\n", "o": {"a": [1, None]}}}))
print('{"row": {"big": 123456789012345678901234567890, "exact": 0.10}}')
print('{"done": true}')"#,
    );
    assert_eq!(result, Ok(()));
    assert_eq!(rows.len(), 1001);
    assert_eq!(rows[999], json!({"n": 999, "t": "é\n", "o": {"a": [1, null]}}));

    let host = FakeHost::default();
    let program = r#"print('{"ready": 1}\n{"row": {"big": 123456789012345678901234567890}}\n{"done": true}')"#;
    let chunks = scrape_rows(&scraper(program, &host), &host).unwrap();
    assert_eq!(chunks[0].cell(0, 0).text, "123456789012345678901234567890");
}

#[test]
fn rows_before_the_first_line_is_read_keep_their_order() {
    if !has_program("python3") {
        return;
    }
    let program = r#"import sys
print('{"ready": 1}\n{"row": {"n": 0}}\n{"row": {"n": 1}}', flush=True)
sys.stdin.readline()
print('{"row": {"n": 2}}\n{"done": true}', flush=True)"#;
    // Exceeds the capacity of the pipe, so the program has to read it before it is written.
    let options = json!({"long": "x".repeat(1 << 20)});
    let config = json!({"command": ["python3", "-c", program], "options": options});
    let host = FakeHost::default();
    let scraper = ExecScraper::new(serde_json::from_value(config).unwrap(), host.host()).unwrap();
    scrape_rows(&scraper, &host).unwrap();
    assert_eq!(host.rows(), [json!({"n": 0}), json!({"n": 1}), json!({"n": 2})]);
}

#[test]
fn rows_are_flushed_while_the_program_pauses() {
    if !has_program("python3") {
        return;
    }
    // The program waits for input that never comes, so the row has to be sent before the timeout.
    let host = FakeHost::default();
    let program =
        format!("{BEGINNING}print('{{\"ready\": 1}}\\n{{\"row\": {{\"a\": 1}}}}', flush=True)\nsys.stdin.read()");
    let config = json!({"command": ["python3", "-c", program], "timeout_secs": 1});
    let scraper = ExecScraper::new(serde_json::from_value(config).unwrap(), host.host()).unwrap();
    let mut sink = RowSink::new(host.host(), 1);
    let error = block_on(scraper.scrape(&mut sink)).unwrap_err();
    assert!(error.message.contains("did not answer within 1 s"), "{error}");
    assert_eq!(host.rows(), [json!({"a": 1})]);
}

#[test]
fn rows_before_a_failure_are_kept() {
    if !has_program("python3") {
        return;
    }
    let row = r#"print('{"ready": 1}\n{"row": {"a": 1}}', flush=True)"#;
    let cases = [
        ("sys.exit(66)", ErrorKind::NotFound, "ended with exit code 66"),
        ("raise KeyError('x')", ErrorKind::Other, "ended with exit code 1: KeyError: 'x'"),
        ("pass", ErrorKind::InvalidData, "ended with exit code 0 before it was done"),
        ("print('oops')", ErrorKind::InvalidData, "is not a JSON object: oops"),
        (r#"print('{"row": [1]}')"#, ErrorKind::InvalidData, "cannot read row 2 of"),
        (r#"print('{"row": {}}')"#, ErrorKind::InvalidData, "it has no columns"),
        (r#"print('{"row": {"a": 1e999}}')"#, ErrorKind::InvalidData, "column `a`: the number 1e999 is out of range"),
        (r#"print('{"id": 1, "text": ""}')"#, ErrorKind::InvalidData, "received an answer"),
        (
            r#"print('{"error": {"kind": "auth", "message": "the password is wrong"}}')"#,
            ErrorKind::Auth,
            "the password is wrong",
        ),
    ];
    for (line, kind, part) in cases {
        let (rows, result) = scrape(&format!("{row}\n{line}"));
        let error = result.unwrap_err();
        assert_eq!(error.kind, kind, "{line}: {error}");
        assert!(error.message.contains(part), "{line}: {error}");
        assert_eq!(rows, [json!({"a": 1})], "{line}");
    }
}

#[cfg(unix)]
#[test]
fn the_output_may_end_before_the_first_line_is_read() {
    let program =
        r#"echo '{"ready": 1}'; echo '{"row": {"n": 0}}'; echo '{"done": true}'; exec >&-; sleep 0.1; cat >&2"#;
    let options = json!({"long": "x".repeat(1 << 20)});
    let config = json!({"command": ["sh", "-c", program], "options": options});
    let host = FakeHost::default();
    let scraper = ExecScraper::new(serde_json::from_value(config).unwrap(), host.host()).unwrap();
    assert_eq!(scrape_rows(&scraper, &host).map(drop), Ok(()));
    assert_eq!(host.rows(), [json!({"n": 0})]);
}

#[test]
fn list_returns_the_listings() {
    if !has_program("python3") {
        return;
    }
    let host = FakeHost::default();
    let program = r#"print('{"ready": 1}')
print(json.dumps({"listing": {"name": hello["task"], "about": "x"}}))
print('{"done": true}')"#;
    let listed = block_on(scraper(program, &host).list()).unwrap();
    assert_eq!(listed, [Listing { name: "list".to_owned(), about: "x".to_owned() }]);

    let other = r#"print('{"ready": 1}\n{"row": {"a": 1}}\n{"done": true}')"#;
    assert_eq!(block_on(scraper(other, &host).list()).unwrap_err().kind, ErrorKind::Unsupported);
}

#[test]
fn a_stopped_run_ends_the_program() {
    if !has_program("python3") {
        return;
    }
    let host = FakeHost::default();
    host.cancel();
    let (program, start) = (r#"print('{"ready": 1}', flush=True); sys.stdin.read()"#, std::time::Instant::now());
    let error = scrape_rows(&scraper(program, &host), &host).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Cancelled);
    assert!(start.elapsed().as_secs() < 60, "it waited for the timeout");
}

#[test]
fn config_errors_name_the_key() {
    let cases = [("command", json!({"command": []})), ("env", json!({"command": ["x"], "env": {"A=B": "c"}}))];
    for (key, config) in cases {
        let made = ExecScraper::new(serde_json::from_value(config.clone()).unwrap(), FakeHost::default().host());
        let error = made.err().unwrap();
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{config}");
    }
    for (key, value) in [("timeout_secs", 0), ("start_timeout_secs", 100_000)] {
        let config = serde_json::from_value::<<ExecScraper as Scraper>::Config>(json!({"command": ["x"], key: value}));
        assert!(config.unwrap_err().to_string().contains(key));
    }
}

/// Counts its runs in its state, announces its columns, and reports progress. Knows the end of the run.
const BOOKMARK: &str = r#"
assert {"progress", "columns", "state", "finish"} <= set(hello["features"])
def say(**line): print(json.dumps(line), flush=True)
say(ready=1, state=True, finish=True)
before = json.loads(sys.stdin.readline())["state"]
say(columns=[{"name": "run", "type": "integer"}, {"name": "note"}])
say(progress={"message": "runs", "done": 1, "total": "unknown"})
run = (before or 0) + 1
say(row={"run": run})
say(state=run)
say(done=True)
ending = json.loads(sys.stdin.readline())["finish"]
if ending == "complete": say(state=run * 10)
say(done=True)"#;

#[test]
fn a_program_has_a_state_and_learns_the_end_of_the_run() {
    if !has_program("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (ending, run) in [(Ending::Incomplete, 1), (Ending::Complete, 2), (Ending::Complete, 21)] {
        let host = FakeHost::default().with_state_dir(folder.path());
        let scraper = scraper(BOOKMARK, &host);
        scrape_rows(&scraper, &host).unwrap();
        assert_eq!(host.rows(), [json!({ "run": run })]);
        let columns = [Column::typed("run", ColumnType::Integer), Column::new("note")];
        assert_eq!(host.announced_columns().unwrap(), columns);
        assert_eq!(block_on(scraper.finish(ending)), Ok(()));
    }
    let other = FakeHost::default().with_state_dir(folder.path());
    let config = json!({"command": ["python3", "-c", format!("{BEGINNING}{BOOKMARK}")], "options": {"feed": 2}});
    let scraper = ExecScraper::new(serde_json::from_value(config).unwrap(), other.host()).unwrap();
    scrape_rows(&scraper, &other).unwrap();
    assert_eq!(other.rows(), [json!({"run": 1})], "other options have another state");
}

#[test]
fn keys_that_older_programs_use_beside_a_message_are_ignored() {
    if !has_program("python3") {
        return;
    }
    let program = r#"print(json.dumps({"ready": 1, "state": "idle", "finish": 3, "has_rows": []}))
print(json.dumps({"row": {"a": 1}, "columns": 3, "progress": 0.5, "state": "busy"}))
print('{"done": true, "state": 1}')"#;
    let (rows, result) = scrape(program);
    assert_eq!((rows, result), (vec![json!({"a": 1})], Ok(())));
}

#[test]
fn an_end_that_fails_is_an_error() {
    if !has_program("python3") {
        return;
    }
    for (end, kind) in [
        (r#"print('{"error": {"kind": "io", "message": "no space"}}', flush=True)"#, ErrorKind::Io),
        ("sys.exit(66)", ErrorKind::NotFound),
        (r#"print('{"row": {"a": 1}}', flush=True)"#, ErrorKind::InvalidData),
    ] {
        let host = FakeHost::default();
        let program = format!(
            "print('{{\"ready\": 1, \"finish\": true}}\\n{{\"done\": true}}', flush=True)\nsys.stdin.readline()\n{end}"
        );
        let scraper = scraper(&program, &host);
        scrape_rows(&scraper, &host).unwrap();
        assert_eq!(block_on(scraper.finish(Ending::Complete)).unwrap_err().kind, kind, "{end}");
        assert_eq!(block_on(scraper.finish(Ending::Complete)), Ok(()), "the end is reported once");
    }
}
