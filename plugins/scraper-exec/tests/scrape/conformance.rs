//! The conformance suite for scrapers, with a correct program.

use rowsmith_plugin_api::prelude::json;
use rowsmith_plugin_testkit::has_program;

/// Rows for several chunks, and one listing.
const PROGRAM: &str = r#"import json, sys
hello = json.loads(sys.stdin.readline())
print('{"ready": 1}', flush=True)
if hello["task"] == "list":
    print('{"listing": {"name": "numbers", "about": "all of them"}}', flush=True)
else:
    for number in range(2000):
        print(json.dumps({"row": {"number": number, "name": f"row-{number}"}}), flush=True)
print('{"done": true}', flush=True)
"#;

#[test]
fn it_conforms() {
    if !has_program("python3") {
        return;
    }
    rowsmith_plugin_testkit::assert_conforms!(
        rowsmith_scraper_exec,
        json!({"command": ["python3", "-c", PROGRAM], "timeout_secs": 30})
    );
}
