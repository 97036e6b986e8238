//! The argument of `--set`, on a document of all shapes.
//!
//! Promises that are checked: a refused argument changes nothing; an accepted one does the same when it is given
//! again, and the document remembers where it came from.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rowsmith::document::Document;

const TEXT: &str =
    "a = 1\n[batch]\nmax_rows = 20\n[[exporters]]\npath = \"x\"\n[[exporters]]\npath = \"y\"\n[\"a b\".c]\n";

fuzz_target!(|argument: &str| {
    let Ok(mut document) = Document::parse("fuzz.toml", TEXT) else { panic!("the document is TOML") };
    let before = document.value.clone();
    match document.set(argument) {
        Ok(()) => {
            let once = document.value.clone();
            assert!(once.is_object());
            assert!(document.set(argument).is_ok(), "an argument that works only once");
            assert_eq!(document.value, once);
        }
        Err(problem) => {
            assert_eq!(document.value, before, "refused, and yet something has changed");
            let shown = document.render(&[*problem], false);
            assert!(!shown.contains(|c: char| c.is_control() && c != '\n' && c != '\t'), "{shown:?}");
        }
    }
});
