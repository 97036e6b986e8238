//! Recordings contain no key, in any encoding that a service echoes.

use super::recordings::{files, replay};
use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox};
use std::fs;

/// A key that fits into a header and is encoded differently in JSON and in addresses.
const KEY: &str = r#"k"e\y/+%41&=?-0123456789"#;

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |text, byte| format!("{text}%{byte:02x}"))
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn recordings_contain_no_key() {
    let body = format!(
        r#"{{"error": {{"code": 500, "message": {}, "nested": {}, "link": "http://h/?k={}"}}}}"#,
        quoted(&format!("do not like {KEY}")),
        quoted(&format!("{{\"key\": {}}}", quoted(KEY))),
        percent(KEY),
    );
    let echo = Then::raw_json(500, body).header("x-request-id", KEY).header("set-cookie", "session=0123456789");
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=3));
    let rows = format!("Topic,Description\nKeys,\"how to find {} in a text\"\n", KEY.replace('"', "\"\""));
    sandbox.write("rows.csv", &rows);
    for provider in ["gemini", "openai"] {
        let server = FakeModel::start(Script::new().once(When::any(), echo.clone())).unwrap();
        let arguments = ["--provider", provider, "--record", "rec", "--refresh"];
        let call = sandbox.run_call(&server, &arguments);
        call.env("GEMINI_API_KEY", KEY).env("OPENAI_API_KEY", KEY).output().exits(0);
        let exported = sandbox.read("out.jsonl");
        let written = files(&sandbox);
        assert_eq!(written.len(), 2, "{provider}");
        let mut redacted = 0;
        for path in &written {
            let text = fs::read_to_string(path).unwrap();
            for (form, needle) in [
                ("plain", "0123456789".to_owned()),
                ("percent", percent("0123456789")),
                ("the beginning", "k\\\"e".to_owned()),
                ("the beginning, in JSON", "k\\\\\\\"e".to_owned()),
            ] {
                assert!(!text.contains(&needle), "{provider}: {form} in {}:\n{text}", path.display());
            }
            redacted += text.matches("[secret]").count();
        }
        assert!(redacted >= 8, "{provider}: only {redacted} secrets are redacted");

        // One row contains the key, so without the key its request differs from the recorded one.
        let ended = replay(&sandbox, &server.base_url(), &["--provider", provider]);
        assert_eq!(ended.code(), 7, "without the key: {}", ended.stderr);
        let idle = FakeModel::start(Script::new()).unwrap();
        let call = sandbox.run_call(&idle, &["--provider", provider, "--replay", "rec"]);
        let call = call.env("MODEL_URL", server.base_url());
        call.env("GEMINI_API_KEY", KEY).env("OPENAI_API_KEY", KEY).output().exits(0);
        assert_eq!(sandbox.read("out.jsonl"), exported, "{provider}");
        fs::remove_dir_all(sandbox.path("rec")).unwrap();
    }
}
