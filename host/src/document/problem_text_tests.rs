//! Tests of rendered problems.

use serde_json::{Value, json};

use super::problems_to_diagnostics;
use crate::document::{Document, check_schema};

fn schema() -> Value {
    json!({
        "type": "object",
        "additionalProperties": false,
        "required": ["path"],
        "properties": {
            "path": {"type": "string"},
            "rows": {"type": "integer", "minimum": 1},
            "mode": {"enum": ["keep", "drop", "stop"]},
            "key": {"format": "secret"},
            "sheet": {"type": "object", "required": ["name"], "additionalProperties": false},
        },
    })
}

fn shown(document: &Document) -> String {
    let value = document.get("/scraper/config").unwrap();
    document.render(&problems_to_diagnostics(document, "/scraper/config", &check_schema(value, &schema())), false)
}

#[test]
fn every_problem_of_a_table_points_at_its_position() {
    let text = "\
[scraper.config]
paht = \"topics.csv\"
rows = \"many\"
mode = \"keeep\"
sheet = { title = 1 }
key = 12345
";
    let wanted = "\
error[RS1001]: unknown key `paht`
 --> rowsmith.toml:2:1
  |
2 | paht = \"topics.csv\"
  | ^^^^
  |
  = help: did you mean `path`?

error[RS1002]: `scraper.config.rows` must be an integer, found a string
 --> rowsmith.toml:3:8
  |
3 | rows = \"many\"
  |        ^^^^^^

error[RS1004]: `scraper.config.mode` must be `keep`, `drop` or `stop`, found `keeep`
 --> rowsmith.toml:4:8
  |
4 | mode = \"keeep\"
  |        ^^^^^^^
  |
  = help: did you mean `keep`?

error[RS1001]: unknown key `title`
 --> rowsmith.toml:5:11
  |
5 | sheet = { title = 1 }
  |           ^^^^^
  |
  = help: this table has no keys

error[RS1003]: missing key `name` in `scraper.config.sheet`
 --> rowsmith.toml:5:1
  |
5 | sheet = { title = 1 }
  | ^^^^^

error[RS1002]: `scraper.config.key` must be a secret: `{ env = \"NAME\" }` or `{ file = \"path\" }`
 --> rowsmith.toml:6:7
  |
6 | key = *****
  |       ^^^^^
";
    assert_eq!(shown(&Document::parse("rowsmith.toml", text).unwrap()), wanted);
}

#[test]
fn a_missing_key_points_at_the_header() {
    let wanted = "\
error[RS1003]: missing key `path` in `scraper.config`
 --> f:2:1
  |
2 | [scraper.config]
  | ^^^^^^^^^^^^^^^^
";
    assert_eq!(shown(&Document::parse("f", "# none\n[scraper.config]\nrows = 2\n").unwrap()), wanted);
}

#[test]
fn a_value_from_the_command_line_names_its_flag() {
    let mut document = Document::parse("f", "[scraper.config]\npath = \"a\"\nrows = 2\n").unwrap();
    document.set("scraper.config.rows=0").unwrap();
    let wanted = "\
error[RS1005]: `scraper.config.rows` must be at least 1
 --> f
  = help: set by `--set scraper.config.rows`
";
    assert_eq!(shown(&document), wanted);
}

#[test]
fn a_missing_key_of_the_root_has_no_position() {
    let document = Document::parse("f", "").unwrap();
    let problems = check_schema(&document.value, &json!({"required": ["scraper"]}));
    let shown = document.render(&problems_to_diagnostics(&document, "", &problems), false);
    assert_eq!(shown, "error[RS1003]: missing key `scraper`\n --> f\n");
}
