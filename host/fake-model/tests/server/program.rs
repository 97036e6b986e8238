//! The binary: prints its address, follows its script, refuses what it does not know.

use crate::client::{Client, OPENAI, keyed};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rowsmith-fake-model");

#[test]
fn the_program_serves_a_script() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("script-{}.json", std::process::id()));
    std::fs::write(&path, r#"{"rules": [{"when": {"nth": 0}, "act": {"reply": {"failure": {"status": 503}}}}]}"#)
        .unwrap();
    let script = path.to_str().unwrap();
    let mut program =
        Command::new(PROGRAM).args(["--script", script, "--latency-ms", "1"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(program.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim_end().strip_prefix("listening on http://").unwrap().parse().unwrap();
    let mut client = Client::connect(address);
    let statuses = [(); 2].map(|()| client.ask(OPENAI, &keyed(&["a"])).unwrap().status);
    program.kill().unwrap();
    program.wait().unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(statuses, [503, 200]);
}

#[test]
fn wrong_use_is_told_apart_from_failure() {
    let cases: [(&str, &[&str], i32, &str); 3] = [
        ("unknown argument", &["--nonsense"], 2, "unknown argument `--nonsense`"),
        ("missing script", &["--script", "no/such/file.json"], 1, "cannot read no/such/file.json: "),
        ("help", &["--help"], 0, ""),
    ];
    for (name, arguments, code, message) in cases {
        let output = Command::new(PROGRAM).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{name}");
        assert!(String::from_utf8(output.stderr).unwrap().starts_with(message), "{name}");
    }
}
