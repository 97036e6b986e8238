//! Applies the argument of `--set` to a document of all shapes.
//!
//! Properties: a rejected argument changes nothing; an accepted argument has the same effect when it is applied again;
//! errors contain no control characters.

use rowsmith::document::Document;

const TEXT: &str =
    "a = 1\n[batch]\nmax_rows = 20\n[[exporters]]\npath = \"x\"\n[[exporters]]\npath = \"y\"\n[\"a b\".c]\n";

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Ok(argument) = std::str::from_utf8(bytes) else { return };
    let Ok(mut document) = Document::parse("fuzz.toml", TEXT) else { panic!("the document is TOML") };
    let before = document.value.clone();
    match document.set(argument) {
        Ok(()) => {
            let once = document.value.clone();
            assert!(once.is_object());
            assert!(document.set(argument).is_ok(), "an argument that is accepted only once");
            assert_eq!(document.value, once);
        }
        Err(problem) => {
            assert_eq!(document.value, before, "a rejected argument changed the document");
            let shown = document.render(&[*problem], false);
            assert!(!shown.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{shown:?}");
        }
    }
}
