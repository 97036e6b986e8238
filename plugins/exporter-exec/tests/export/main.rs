//! Rows to a program in Python.
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic; the lint does not see that functions beside a test are part of it"
)]

mod conformance;

use rowsmith_exporter_exec::ExecExporter;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::row::ChunkBuilder;
use rowsmith_plugin_testkit::{FakeHost, block_on, has_program};
use std::fs;
use std::net::TcpListener;
use std::path::Path;

/// Writes all received lines to the file and answers the last.
const COPY: &str = r#"import sys, json
hello = json.loads(sys.stdin.readline())
print('{"ready": 1}', flush=True)
with open(hello["config"]["copy"], "w") as copy:
    for line in sys.stdin:
        copy.write(line)
        if "finish" in json.loads(line):
            copy.close()
            print('{"done": true, "location": "there", "bytes": 7}', flush=True)
            break
"#;

fn exporter(program: &str, more: &Value) -> Result<ExecExporter> {
    let mut config = json!({"command": ["python3", "-c", program]});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ExecExporter::new(serde_json::from_value(config)?, FakeHost::default().host())
}

fn chunk(rows: &[Value]) -> RowChunk {
    let mut builder = ChunkBuilder::new();
    for row in rows {
        builder.push(row).unwrap();
    }
    builder.take()
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn rows_are_in_order_and_the_result_is_returned() {
    if !has_program("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let options = json!({"options": {"copy": copy}, "path": "rows.html"});
    for (mode, word) in
        [(FinishMode::Complete, "complete"), (FinishMode::Partial, "partial"), (FinishMode::Discard, "discard")]
    {
        let mut exporter = exporter(COPY, &options).unwrap();
        let first = [json!({"a": 1.5, "b\"": "é\n"}), json!({"a": null})];
        let second = [json!({"a": {"deep": [true]}})];
        let summary = block_on(async {
            exporter.begin(vec!["a".to_owned()]).await?;
            exporter.write(chunk(&first)).await?;
            exporter.write(chunk(&[])).await?;
            exporter.write(chunk(&second)).await?;
            exporter.finish(mode).await
        });
        assert_eq!(summary, Ok(ExportSummary { location: "there".to_owned(), rows: 3, bytes: Some(7) }));
        let begin = json!({"begin": {"columns": ["a"], "path": "rows.html"}});
        let expected = [begin, json!({"rows": first}), json!({"rows": second}), json!({"finish": word})];
        assert_eq!(lines(&copy), expected, "{word}");
    }
}

#[test]
fn many_rows_are_split_into_lines() {
    if !has_program("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let mut exporter = exporter(COPY, &json!({"options": {"copy": copy}})).unwrap();
    let rows: Vec<Value> = (0..9).map(|n| json!({"n": n, "t": "x".repeat(100_000)})).collect();
    block_on(async {
        exporter.begin(vec![]).await?;
        exporter.write(chunk(&rows)).await?;
        exporter.finish(FinishMode::Complete).await
    })
    .unwrap();
    let lines = lines(&copy);
    assert_eq!(lines.len(), 5);
    let written: Vec<Value> = lines.iter().filter_map(|line| line["rows"].as_array()).flatten().cloned().collect();
    assert_eq!(written, rows);
}

#[test]
fn an_export_can_finish_without_begin() {
    if !has_program("python3") {
        return;
    }
    let mut never = exporter("raise SystemExit(1)", &json!({})).unwrap();
    assert_eq!(block_on(never.finish(FinishMode::Discard)), Ok(ExportSummary::default()), "nothing was started");

    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let mut empty = exporter(COPY, &json!({"options": {"copy": copy}})).unwrap();
    assert_eq!(block_on(empty.finish(FinishMode::Complete)).unwrap().rows, 0);
    assert_eq!(lines(&copy).len(), 2);
}

#[test]
fn a_program_can_clean_up_after_a_drop() {
    if !has_program("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let part = folder.path().join("part");
    let program = r#"import json, os, sys
part = json.loads(sys.stdin.readline())["config"]["part"]
open(part, "w").close()
print('{"ready": 1}', flush=True)
sys.stdin.read()
os.remove(part)
"#;
    let mut exporter = exporter(program, &json!({"options": {"part": part}})).unwrap();
    block_on(exporter.begin(vec![])).unwrap();
    assert!(part.exists());
    drop(exporter);
    assert!(!part.exists(), "the program was killed before the end of its input");
}

#[test]
fn a_program_that_fails_fails_the_export() {
    if !has_program("python3") {
        return;
    }
    let ready = "import sys\nsys.stdin.readline()\nprint('{\"ready\": 1}', flush=True)\n";
    let cases = [
        ("sys.exit(73)", ErrorKind::Io, "ended with exit code 73"),
        (
            "print('{\"error\": {\"kind\": \"no_space\", \"message\": \"the disk is full\"}}', flush=True)\nsys.stdin.read()",
            ErrorKind::NoSpace,
            "the disk is full",
        ),
        ("sys.stdin.close(); sys.exit(3)", ErrorKind::Other, "ended with exit code 3"),
        ("for line in sys.stdin: print('{\"row\": {}}', flush=True)", ErrorKind::InvalidData, "received a row"),
    ];
    for (program, kind, part) in cases {
        let mut exporter = exporter(&format!("{ready}{program}"), &json!({})).unwrap();
        let error = block_on(async {
            exporter.begin(vec![]).await?;
            for _ in 0..4 {
                exporter.write(chunk(&[json!({"t": "x".repeat(300_000)})])).await?;
            }
            exporter.finish(FinishMode::Complete).await
        })
        .unwrap_err();
        assert_eq!(error.kind, kind, "{program}: {error}");
        assert!(error.message.contains(part), "{program}: {error}");
        assert_eq!(block_on(exporter.finish(FinishMode::Discard)), Ok(ExportSummary::default()), "{program}");
    }
}

/// Writes the names of the received messages to the file at the end of its input. Sends the configured lines after one
/// of them.
const NOTES: &str = r#"import sys, json, socket
config = json.loads(sys.stdin.readline())["config"]
print('{"ready": 1}', flush=True)
seen = []
for line in sys.stdin:
    word = next(iter(json.loads(line)))
    seen.append(word)
    if word == config["at"]:
        for said in config["says"]: print(said, flush=True)
        if "port" in config: socket.create_connection(("127.0.0.1", config["port"])).close()
with open(config["notes"], "w") as notes:
    for word in seen: print(json.dumps(word), file=notes)
"#;

#[test]
fn a_program_can_clean_up_after_a_failed_finish() {
    if !has_program("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let cases = [
        (r#"{"error": {"kind": "io", "message": "cannot rename"}}"#, ErrorKind::Io),
        (r#"{"row": {}}"#, ErrorKind::InvalidData),
    ];
    for (said, kind) in cases {
        let notes = folder.path().join(kind.as_str());
        let options = json!({"at": "finish", "says": [said], "notes": notes});
        let mut exporter = exporter(NOTES, &json!({"options": options})).unwrap();
        let error = block_on(async {
            exporter.begin(vec![]).await?;
            exporter.finish(FinishMode::Complete).await
        })
        .unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert_eq!(lines(&notes), ["begin", "finish"], "it received the end of its input");
    }
}

#[test]
fn a_failed_program_does_not_receive_finish() {
    if !has_program("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let log = r#"{"log": "error", "message": "what now"}"#;
    let cases = [
        (r#"{"error": {"kind": "no_space", "message": "the disk is full"}}"#, ErrorKind::NoSpace, "the disk is full"),
        (r#"{"done": true}"#, ErrorKind::InvalidData, "received `done`"),
    ];
    for (said, kind, part) in cases {
        let notes = folder.path().join(kind.as_str());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let options = json!({"at": "rows", "says": [log, said], "notes": notes, "port": port});
        let mut exporter = exporter(NOTES, &json!({"options": options})).unwrap();
        let error = block_on(async {
            exporter.begin(vec![]).await?;
            exporter.write(chunk(&[json!({"a": 1})])).await?;
            // The program has sent its lines by now.
            drop(listener.accept().unwrap());
            exporter.finish(FinishMode::Complete).await
        })
        .unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.message.contains(part), "{error}");
        assert_eq!(lines(&notes), ["begin", "rows"]);
    }
}

#[test]
fn target_names_the_file_or_the_command() {
    let path = std::env::current_dir().unwrap().canonicalize().unwrap().join("x.html");
    let target = exporter("", &json!({"path": "x.html"})).unwrap().target();
    let path = Some(path.display().to_string());
    assert_eq!(target, Target { name: "x.html".to_owned(), path, replaces: Some(true), ..Target::default() });
    let target = exporter("", &json!({})).unwrap().target();
    assert_eq!(target, Target { name: "`python3 -c `".to_owned(), ..Target::default() });
    for path in ["-", " "] {
        let error = exporter("", &json!({"path": path})).map(drop).unwrap_err();
        assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some("path")));
    }
}

#[test]
fn the_columns_have_types() {
    if !has_program("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    let mut exporter = exporter(COPY, &json!({"options": {"copy": copy}})).unwrap();
    let label = Column { origin: ColumnOrigin::Output, ..Column::typed("label", ColumnType::String) };
    exporter.describe_columns(vec![Column::new("a"), label]).unwrap();
    block_on(async {
        exporter.begin(vec!["a".to_owned()]).await?;
        exporter.finish(FinishMode::Complete).await
    })
    .unwrap();
    let types = json!([{"name": "a", "origin": "source"}, {"name": "label", "type": "string", "origin": "output"}]);
    assert_eq!(lines(&copy)[0], json!({"begin": {"columns": ["a"], "path": null, "types": types}}));
}

#[test]
fn a_program_says_whether_its_file_has_rows() {
    if !has_program("python3") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.txt");
    let knows = r#"import sys, json
hello = json.loads(sys.stdin.readline())
assert (hello["task"], "target" in hello["features"]) == ("target", True)
print(json.dumps({"ready": 1, "has_rows": len(open(hello["path"]).readlines()) > 1}), flush=True)"#;
    let ignores = r#"import sys
sys.stdin.readline()
print('{"ready": 1}', flush=True)
sys.stdin.read()"#;
    for (text, program, expected) in [
        (None, knows, None),
        (Some(""), knows, None),
        (Some("title\n"), knows, Some(false)),
        (Some("title\nrow\n"), knows, Some(true)),
        (Some("title\n"), ignores, None),
        (Some("title\n"), "raise SystemExit(1)", None),
    ] {
        if let Some(text) = text {
            fs::write(&path, text).unwrap();
        }
        let target = exporter(program, &json!({"path": path})).unwrap().target();
        assert_eq!((target.has_rows, target.replaces), (expected, Some(true)), "{text:?}");
    }
}
