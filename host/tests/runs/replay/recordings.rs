//! Cassettes, and runs that replay them.

use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Output, Sandbox};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;

/// Records a run into `rec` and ends the server. Returns the address of the ended server.
#[track_caller]
pub(crate) fn record(sandbox: &Sandbox, script: Script, arguments: &[&str], code: i32) -> String {
    let server = FakeModel::start(script).unwrap();
    sandbox.run(&server, &[&["--record", "rec"], arguments].concat()).exits(code);
    assert!(!server.requests().is_empty(), "the run sent no request");
    server.base_url()
}

/// Replays `rec` without keys, with the services of the config at `url`.
#[track_caller]
pub(crate) fn replay(sandbox: &Sandbox, url: &str, arguments: &[&str]) -> Output {
    // This server receives no request.
    let idle = FakeModel::start(Script::new()).unwrap();
    let call = sandbox.run_call(&idle, &[&["--replay", "rec"], arguments].concat());
    call.env("MODEL_URL", url).env_remove("GEMINI_API_KEY").env_remove("OPENAI_API_KEY").output()
}

/// Returns the files of `rec`, in order.
pub(crate) fn files(sandbox: &Sandbox) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(sandbox.path("rec")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Changes a recorded exchange.
pub(crate) fn change(path: &PathBuf, change: impl FnOnce(&mut Value)) {
    let mut recording: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    change(&mut recording);
    fs::write(path, recording.to_string()).unwrap();
}

/// Returns the report without times, and with batches in a fixed order.
pub(crate) fn figures(sandbox: &Sandbox) -> Value {
    let mut report = sandbox.report();
    let batches = report["batches"].as_array_mut().unwrap();
    for batch in batches.iter_mut() {
        batch.as_object_mut().unwrap().remove("seconds");
    }
    batches.sort_by_key(Value::to_string);
    for key in ["seconds", "replayed_from"] {
        report.as_object_mut().unwrap().remove(key);
    }
    json!(report)
}
