//! Keys are in no output, even if the service echoes them, in any encoding or in part.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

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

/// A key with characters that every encoding changes.
const RANDOM_KEY: &str = "q7Zx/B3n+K9w_Lm2-Vt8&f5\"c1<d>R4";

/// Returns texts in which a service could repeat a key.
fn forms(key: &str) -> Vec<String> {
    let each = |form: &dyn Fn(u8) -> String| key.bytes().map(form).collect::<String>();
    let html = key.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
    let mut forms = vec![
        key.to_owned(),
        key.get(..8).unwrap().to_owned(),
        format!("{}...", key.get(..12).unwrap()),
        key.get(key.len() - 9..).unwrap().to_owned(),
        each(&|byte| format!("%{byte:02X}")),
        each(&|byte| format!("%25{byte:02x}")),
        each(&|byte| format!("\\u{byte:04x}")),
        each(&|byte| format!("{byte:02x}")),
        each(&|byte| format!("&#{byte};")),
        key.replace('/', "\\/").replace('"', "\\\""),
        html,
    ];
    for before in ["", "u", "u:"] {
        forms.push(STANDARD.encode(format!("{before}{key}")));
        forms.push(URL_SAFE_NO_PAD.encode(format!("{before}{key}")));
    }
    forms
}

/// Returns texts of which none may be in an output.
fn traces(key: &str) -> Vec<String> {
    let windows = |text: &str, length: usize| {
        (0..=text.len() - length).map(|at| text.get(at..at + length).unwrap().to_owned()).collect::<Vec<_>>()
    };
    let mut traces = windows(key, 8);
    traces.extend(forms(key));
    traces.extend(windows(&key.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat(), 16));
    for before in ["", "u", "u:"] {
        let encoded = STANDARD.encode(format!("{before}{key}"));
        traces.extend(windows(encoded.get(4..).unwrap().trim_end_matches('='), 12));
    }
    traces
}

#[test]
fn keys_in_any_form_and_in_part_are_in_no_output() {
    let traces = traces(RANDOM_KEY);
    for (provider, variable) in [("gemini", "GEMINI_API_KEY"), ("openai", "OPENAI_API_KEY")] {
        let mut script = Script::new();
        for (at, form) in forms(RANDOM_KEY).into_iter().enumerate() {
            // In messages that are cut in the middle of the key, in other members, and in bodies that are no JSON.
            let message = format!("{}{form}", "x".repeat(at % 3 * 290));
            let body = serde_json::json!({"error": {"message": message, "code": 403, "details": [{"key": form}]}});
            let then = if at % 2 == 0 {
                Then::raw_json(403, body.to_string())
            } else {
                Then::raw(403, "text/html", format!("<p>{message}</p>"))
            };
            script = script.on(When::row_contains(topic(at + 1)), then.header("x-request-id", form.replace('\n', "")));
        }
        let server = FakeModel::start(script).unwrap();
        let rows = Rows::numbered(1..=40);
        let sandbox = Sandbox::with_rows(&rows);
        let one = format!("providers.{provider}.limits.max_concurrency=1");
        let arguments =
            ["--provider", provider, "-vvv", "--set", &one, "--set", "run.status_column=Status", "--record", "tape"];
        let ended = sandbox.run_call(&server, &arguments).env(variable, RANDOM_KEY).output();
        assert_ne!(ended.code(), 70, "{}", ended.stderr);
        let found = |text: &[u8]| {
            let is_in = |trace: &&String| text.windows(trace.len()).any(|part| part == trace.as_bytes());
            traces.iter().find(is_in).cloned()
        };
        assert_eq!(found(ended.stdout.as_bytes()), None, "{provider}: stdout");
        assert_eq!(found(ended.stderr.as_bytes()), None, "{provider}: {}", ended.stderr);
        assert!(ended.stderr.contains("[secret]"), "{provider}: {}", ended.stderr);
        let written = files(&sandbox.path("."));
        assert!(written.iter().any(|path| path.ends_with("report.json")), "{written:?}");
        for path in written {
            assert_eq!(found(&fs::read(&path).unwrap()), None, "{provider}: {}", path.display());
        }
    }
}

#[test]
fn keys_in_the_wrong_place_of_a_config_are_in_no_output() {
    const SHAPED: &str = "sk-proj-Ab12Cd34Ef56Gh78Ij90";
    const PLAIN: &str = "hunter2hunter2hunter2";
    let server = FakeModel::start(Script::new()).unwrap();
    let cases: [(&str, &str, &str); 8] = [
        ("a misspelt name", "api_key = { env = \"GEMINI_API_KEY\" }", "api_kye = \"hunter2hunter2hunter2\""),
        (
            "a misspelt name beside another mistake",
            "thinking_budget = 0",
            "thinkin = 0\ntokn = \"hunter2hunter2hunter2\"",
        ),
        ("on the line of a mistake", "thinking_budget = 0", "thinking_budget = \"x\" # sk-proj-Ab12Cd34Ef56Gh78Ij90"),
        ("not closed", "api_key = { env = \"GEMINI_API_KEY\" }", "api_key = \"hunter2hunter2hunter2"),
        ("as a name", "thinking_budget = 0", "\"sk-proj-Ab12Cd34Ef56Gh78Ij90\" = 0"),
        ("as the model", "model = \"gemini-test\"", "model = \"sk-proj-Ab12Cd34Ef56Gh78Ij90\""),
        (
            "in the address",
            "base_url = \"${MODEL_URL}\"",
            "base_url = \"http://me:hunter2hunter2hunter2@127.0.0.1:9/\"",
        ),
        ("in a query", "base_url = \"${MODEL_URL}\"", "base_url = \"http://127.0.0.1:9/?key=hunter2hunter2hunter2\""),
    ];
    for (name, before, after) in cases {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=3));
        let text = sandbox.read("rowsmith.toml").replacen(before, after, 1);
        assert!(text.contains(after), "{name}");
        sandbox.write("rowsmith.toml", text);
        for arguments in
            [&["run", "-vvv", "--report", "report.json"][..], &["plan"], &["check"], &["check", "--static"]]
        {
            let ended = sandbox.call_with(&server, arguments).output();
            for key in [SHAPED, PLAIN] {
                assert!(
                    !ended.stderr.contains(key) && !ended.stdout.contains(key),
                    "{name}: {}{}",
                    ended.stdout,
                    ended.stderr
                );
            }
        }
        for path in files(&sandbox.path(".")).iter().filter(|path| !path.ends_with("rowsmith.toml")) {
            let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
            assert!(!text.contains(SHAPED) && !text.contains(PLAIN), "{name}: {}", path.display());
        }
    }
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=3));
    for set in [
        "providers.gemini.config.api_kye=hunter2hunter2hunter2",
        "providers.gemini.config.api_key hunter2hunter2hunter2",
        "providers.gemini.config.api_key=\"hunter2hunter2hunter2",
        "providers.gemini.config.api_key=[\"hunter2hunter2hunter2\"]",
        "providers.gemini.config.api_key=hunter2hunter2hunter2",
        "providers.gemini.config.model=sk-proj-Ab12Cd34Ef56Gh78Ij90",
    ] {
        let ended = sandbox.run(&server, &["-vvv", "--set", set]);
        for key in [SHAPED, PLAIN] {
            assert!(!ended.stderr.contains(key) && !ended.stdout.contains(key), "{set}: {}", ended.stderr);
        }
    }
}
