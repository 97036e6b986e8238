//! What is printed for editors and shells.

use rowsmith_test_harness::Sandbox;
use std::path::Path;

#[test]
fn the_schema_is_json_and_fits_every_config_of_the_project() {
    let sandbox = Sandbox::new();
    let schema = sandbox.bare(["schema"]).output().exits(0).json();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert_eq!(schema["additionalProperties"], false);
    assert_eq!(
        schema["properties"]["enrich"]["properties"]["output"]["additionalProperties"]["$ref"],
        "#/definitions/rule"
    );

    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).expect("the folder of configs") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let document = rowsmith::document::Document::read(&path).expect("a config is TOML");
            let problems = rowsmith::document::check_schema(&document.value, &schema);
            assert!(problems.is_empty(), "{}: {problems:?}", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 5, "{seen}");
}

#[test]
fn every_shell_has_its_completions() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = sandbox.bare(["completions", shell]).output().exits(0);
        for word in ["rowsmith", "completions", "plugin-dir", "offline"] {
            assert!(said.stdout.contains(word), "{shell}: {word}");
        }
        assert_eq!(said.stderr, "", "{shell}");
    }
}
