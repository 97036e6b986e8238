//! The JSON Schema for editors and the completions for shells.

use rowsmith_test_harness::Sandbox;
use std::path::Path;

#[test]
fn every_config_of_the_project_matches_the_schema() {
    let sandbox = Sandbox::new();
    let schema = sandbox.bare(["schema"]).output().exits(0).json();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(
        schema["properties"]["enrich"]["properties"]["output"]["additionalProperties"]["$ref"],
        "#/definitions/rule"
    );

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
    let mut checked = 0;
    for entry in std::fs::read_dir(folder).expect("the folder of configs") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let document = rowsmith::document::Document::read(&path).expect("a config is TOML");
            let problems = rowsmith::document::check_schema(&document.value, &schema);
            assert!(problems.is_empty(), "{}: {problems:?}", path.display());
            checked += 1;
        }
    }
    assert!(checked >= 5, "{checked}");
}

#[test]
fn every_shell_has_completions() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = sandbox.bare(["completions", shell]).output().exits(0);
        for word in ["rowsmith", "completions", "plugin-dir", "offline"] {
            assert!(output.stdout.contains(word), "{shell}: {word}");
        }
        assert_eq!(output.stderr, "", "{shell}");
    }
}
