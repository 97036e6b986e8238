//! What the host relies on in any scraper.

use rowsmith_plugin_api::prelude::json;
use rowsmith_plugin_testkit::{assert_conforms, has_program};

/// Has rows, and nothing to list: an empty list says so.
const PROGRAM: &str = r#"import json, sys
hello = json.loads(sys.stdin.readline())
print('{"ready": 1}', flush=True)
if hello["task"] == "scrape":
    for number in range(600):
        print(json.dumps({"row": {"number": number}}))
print('{"done": true}')
"#;

#[test]
fn it_conforms() {
    if has_program("python3") {
        assert_conforms!(rowsmith_scraper_exec, json!({"command": ["python3", "-c", PROGRAM]}));
    }
}
