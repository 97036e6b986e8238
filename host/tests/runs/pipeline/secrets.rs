//! Keys are in no output, even if the service echoes them.

use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::config::{GEMINI_KEY, OPENAI_KEY};
use rowsmith_test_harness::{Rows, Sandbox, topic};
use std::fs;
use std::path::Path;

/// Returns all files below a folder.
fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[test]
fn keys_are_in_no_output() {
    for (provider, key) in [("gemini", GEMINI_KEY), ("openai", OPENAI_KEY)] {
        let echo = |status| {
            let body = format!("{{\"error\": {{\"message\": \"do not like {key}\", \"code\": {status}}}}}");
            Then::raw_json(status, body).header("x-request-id", key)
        };
        // A transient error, a permanent refusal of one row, and a permanently wrong answer.
        let script = Script::new()
            .once(When::nth(0), echo(500))
            .on(When::row_contains(topic(30)), echo(403))
            .on(When::row_contains(topic(1)), Then::mutated(Mutation::set(topic(1), "challenge", key)));
        let server = FakeModel::start(script).unwrap();
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=30));
        let one = format!("providers.{provider}.limits.max_concurrency=1");
        for (arguments, code) in [(&["--limit", "20"][..], 5), (&["--set", "run.status_column=Status"], 7)] {
            let ended = sandbox.run(&server, &[&["--provider", provider, "-vvv", "--set", &one], arguments].concat());
            assert_eq!(ended.code(), code, "{provider}: {}", ended.stderr);
            for (name, text) in [("stdout", &ended.stdout), ("stderr", &ended.stderr)] {
                let line = text.lines().find(|line| line.contains(key));
                assert_eq!(line, None, "{provider}: {name}");
            }
            assert!(code == 5 || ended.stderr.contains("do not like"), "{provider}: {}", ended.stderr);
            let written = files(&sandbox.path("."));
            assert!(written.len() >= 5, "{written:?}");
            for path in written {
                let bytes = fs::read(&path).unwrap();
                assert!(!bytes.windows(key.len()).any(|part| part == key.as_bytes()), "{provider}: {}", path.display());
            }
        }
    }
}
