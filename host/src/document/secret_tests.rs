//! Tests of secrets from every source.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use super::{SecretSources, resolve_secrets};
use crate::diagnostic::Diagnostic;
use crate::document::{Document, SecretFile, interpolate};

fn variable(name: &str) -> Option<String> {
    match name {
        "KEY" => Some("from-env".to_owned()),
        "EMPTY" => Some(String::new()),
        _ => None,
    }
}

fn file(path: &Path) -> io::Result<SecretFile> {
    let (text, open_to_others) = match path.to_str().unwrap() {
        "key" => ("from-file\r\n", false),
        "open" => (" from open\n\n", true),
        "blank" => ("\n", false),
        _ => return Err(io::ErrorKind::NotFound.into()),
    };
    Ok(SecretFile { text: text.to_owned(), open_to_others })
}

fn resolve(document: &Document, schema: &Value) -> (Value, Vec<Diagnostic>, Vec<String>) {
    let mut value = document.get("/config").unwrap().clone();
    let sources = SecretSources { variable: &variable, file: &file };
    let (diagnostics, secrets) = resolve_secrets(document, "/config", schema, &mut value, sources);
    (value, diagnostics, secrets)
}

fn schema() -> Value {
    json!({
        "properties": {
            "key": {"anyOf": [{"$ref": "#/definitions/secret"}, {"format": "secret"}]},
            "headers": {"additionalProperties": {"$ref": "#/definitions/secret"}},
            "keys": {"items": {"format": "secret"}},
        },
        "definitions": {"secret": {"format": "secret"}},
    })
}

#[test]
fn every_form_is_resolved() {
    let cases: Vec<(&str, &str, Value, Vec<&str>)> = vec![
        ("variable", "{ env = \"KEY\" }", json!("from-env"), vec![]),
        ("unset variable", "{ env = \"NOPE\" }", json!({"env": "NOPE"}), vec!["RS1202"]),
        ("empty variable", "{ env = \"EMPTY\" }", json!({"env": "EMPTY"}), vec!["RS1202"]),
        ("file", "{ file = \"key\" }", json!("from-file"), vec![]),
        ("file open to others", "{ file = \"open\" }", json!(" from open"), vec!["RS1204"]),
        ("blank file", "{ file = \"blank\" }", json!({"file": "blank"}), vec!["RS1203"]),
        ("missing file", "{ file = \"nope\" }", json!({"file": "nope"}), vec!["RS1203"]),
        ("literal", "\"sk-literal\"", json!("sk-literal"), vec!["RS1201"]),
        ("interpolated", "\"${KEY}\"", json!("from-env"), vec![]),
        ("empty literal", "\"\"", json!(""), vec![]),
        ("malformed", "{ env = \"KEY\", file = \"key\" }", json!({"env": "KEY", "file": "key"}), vec![]),
    ];
    for (name, written, wanted, codes) in cases {
        let mut document = Document::parse("f", format!("[config]\nkey = {written}\n")).unwrap();
        assert_eq!(interpolate(&mut document, &variable, &|_| false), [], "{name}");
        let (value, diagnostics, secrets) = resolve(&document, &schema());
        assert_eq!(value["key"], wanted, "{name}");
        assert_eq!(diagnostics.iter().map(|diagnostic| diagnostic.code).collect::<Vec<_>>(), codes, "{name}");
        let wanted: Vec<&str> = wanted.as_str().into_iter().filter(|text| !text.is_empty()).collect();
        assert_eq!(secrets, wanted, "{name}");
    }
}

#[test]
fn only_secrets_are_replaced() {
    let text = "[config]\nother = { env = \"KEY\" }\nkeys = [{ env = \"KEY\" }, { file = \"key\" }]\n\
                [config.headers]\n\"X/Auth\" = { env = \"KEY\" }\n";
    let (value, diagnostics, secrets) = resolve(&Document::parse("f", text).unwrap(), &schema());
    let wanted = json!({
        "other": {"env": "KEY"},
        "keys": ["from-env", "from-file"],
        "headers": {"X/Auth": "from-env"},
    });
    assert_eq!(value, wanted);
    assert_eq!(diagnostics, []);
    assert_eq!(secrets, ["from-env", "from-env", "from-file"]);
}

#[test]
fn messages_name_the_source_and_never_the_secret() {
    let mut document =
        Document::parse("f", "[config]\nkey = \"sk-literal\"\nkeys = [{ env = \"NOPE\" }, { file = \"nope\" }]\n")
            .unwrap();
    let (_, diagnostics, _) = resolve(&document, &schema());
    let wanted = "\
warning[RS1201]: the config contains a secret
 --> f:2:7
  |
2 | key = ************
  |       ^^^^^^^^^^^^
  |
  = help: use a reference: `{ env = \"NAME\" }` or `{ file = \"path\" }`

error[RS1202]: environment variable `NOPE`, which `config.keys[0]` needs, is not set
 --> f:3:9
  |
3 | keys = [{ env = \"NOPE\" }, { file = \"nope\" }]
  |         ^^^^^^^^^^^^^^^^
  |
  = help: set `NOPE`, or use `{ file = \"path\" }`

error[RS1203]: cannot read secret file `nope`, which `config.keys[1]` needs: entity not found
 --> f:3:27
  |
3 | keys = [{ env = \"NOPE\" }, { file = \"nope\" }]
  |                           ^^^^^^^^^^^^^^^^^
";
    assert_eq!(document.render(&diagnostics, false), wanted);

    document.set("config.key=sk-flag").unwrap();
    let (_, diagnostics, secrets) = resolve(&document, &schema());
    assert_eq!(diagnostics[0].code, "RS1201");
    assert!(diagnostics[0].message.contains("`--set config.key`"));
    assert_eq!(secrets, ["sk-flag"]);
}
