//! The conformance suite for exporters, with a correct program.

use rowsmith_plugin_api::prelude::json;
use rowsmith_plugin_testkit::has_program;

/// Writes each row as a line of JSON.
const PROGRAM: &str = r#"import json, os, sys
sys.stdin.readline()
print('{"ready": 1}', flush=True)
part = None
try:
    for line in sys.stdin:
        message = json.loads(line)
        if "begin" in message:
            path = message["begin"]["path"]
            part = open(path + ".part", "w", encoding="utf-8")
        elif "rows" in message:
            part.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in message["rows"])
        elif "finish" in message:
            part.close()
            if message["finish"] == "complete":
                os.replace(part.name, path)
            break
finally:
    if part and os.path.exists(part.name):
        part.close()
        os.remove(part.name)
print('{"done": true}', flush=True)
"#;

#[test]
fn it_conforms() {
    if !has_program("python3") {
        return;
    }
    rowsmith_plugin_testkit::assert_conforms!(
        rowsmith_exporter_exec,
        json!({"command": ["python3", "-c", PROGRAM], "timeout_secs": 30, "path": "{dir}/rows.jsonl"})
    );
}
