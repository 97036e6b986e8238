//! The conformance suite for providers, with a correct program.

use rowsmith_plugin_api::prelude::json;
use rowsmith_plugin_testkit::has_program;

/// Answers every column with the row's own text.
const PROGRAM: &str = r#"import json, sys
sys.stdin.readline()
print('{"ready": 1, "model": "echo", "identity": 1, "is_language_model": false}', flush=True)
for line in sys.stdin:
    question = json.loads(line)
    rows, rules = question["complete"]["rows"], question["complete"]["rules"]
    words = lambda item: {column: json.dumps(item["row"]) for column in rules}
    answer = {key: {"tag": item["tag"], **words(item)} for key, item in rows.items()}
    print(json.dumps({"id": question["id"], "answer": answer}), flush=True)
"#;

#[test]
fn it_conforms() {
    if !has_program("python3") {
        return;
    }
    rowsmith_plugin_testkit::assert_conforms!(
        rowsmith_provider_exec,
        json!({"command": ["python3", "-c", PROGRAM], "timeout_secs": 30})
    );
}
