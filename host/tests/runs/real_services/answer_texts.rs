//! Texts that hold more than the answer: thinking, drafts, corrections, damaged characters.

use super::stories::{Stories, always, answer, once};
use serde_json::json;

const MODES: [(&str, &str); 5] =
    [("json_schema", "off"), ("json_schema", "tag"), ("json_object", "tag"), ("none", "tag"), ("none", "off")];

#[test]
fn drafts_in_thinking_are_no_answers() {
    for (schema_mode, pairing) in MODES {
        for (before, after) in [
            ("The user wants two summaries. A first try would be ", " but that misses the kite.\n</think>\n\n"),
            ("<|channel|>analysis<|message|>", "<|end|><|start|>assistant<|channel|>final<|message|>"),
            ("[THINK]\"A\", \"B\" {", "[/THINK]```json\n"),
            ("First version:\n", "\n\nThat is too vague.\n\n**Final answer:**\n"),
        ] {
            let stories = Stories::new(schema_mode, pairing);
            let rows = stories.asked();
            let draft = answer(&rows, ["DRAFT wrong", "DRAFT wrong too"]);
            let text = format!("{before}{draft}{after}{}", answer(&rows, ["FINAL kite", "FINAL boat"]));
            let (ended, server) = stories.run(always(&text));
            let name = format!("{schema_mode} {pairing} {after}");
            assert_eq!((ended.code(), server.requests().len()), (0, 1), "{name}: {}", ended.stderr);
            assert_eq!(stories.values(), [json!("FINAL kite"), json!("FINAL boat")], "{name}");
            assert!(!stories.everything_kept().contains("DRAFT"), "{name}");
        }
    }
}

#[test]
fn thinking_that_does_not_end_is_asked_again() {
    for (schema_mode, pairing) in MODES {
        for before in ["<think>Perhaps ", "<|channel|>analysis<|message|>", "◁think▷"] {
            let stories = Stories::new(schema_mode, pairing);
            let draft = answer(&stories.asked(), ["DRAFT wrong", "DRAFT wrong too"]);
            let (ended, server) = stories.run(once(&format!("{before}{draft}")));
            let name = format!("{schema_mode} {pairing} {before}");
            assert_eq!((ended.code(), stories.sandbox.report()["rows"]["enriched"].as_u64()), (0, Some(2)), "{name}");
            assert!(server.requests().len() <= 4, "{name}");
            assert!(!stories.everything_kept().contains("DRAFT"), "{name}");
        }
    }
}

#[test]
fn answers_that_contradict_each_other_are_asked_again() {
    for (schema_mode, pairing) in MODES {
        let stories = Stories::new(schema_mode, pairing);
        let rows = stories.asked();
        let first = answer(&rows, ["first version", "first version"]);
        let second = answer(&rows, ["SECOND version", "SECOND version"]);
        let same_id = first.replace(&rows[1].id, &rows[0].id).replacen("first version", "another version", 1);
        for (name, text, may_be_kept) in [
            ("no word between", format!("{first}\n\n{second}"), false),
            ("a correction", format!("{first}\n\nWait, I should be more exact. Corrected:\n\n{second}"), true),
            ("the second is cut off", format!("{first}\n{}", second.split_at(second.len() - 9).0), false),
            ("one id twice", same_id, false),
        ] {
            let stories = Stories::new(schema_mode, pairing);
            let (ended, server) = stories.run(once(&text));
            let name = format!("{schema_mode} {pairing} {name}");
            assert_eq!((ended.code(), stories.sandbox.report()["rows"]["enriched"].as_u64()), (0, Some(2)), "{name}");
            assert!(server.requests().len() <= 4, "{name}: {} calls", server.requests().len());
            let kept = stories.everything_kept();
            assert!(!kept.contains("first version") && !kept.contains("another version"), "{name}");
            assert_eq!(kept.contains("SECOND version"), may_be_kept, "{name}");
        }
    }
}

#[test]
fn damaged_and_invisible_values_are_asked_again() {
    for values in [
        ["A caf\u{0}e9 by the sea", "Blue \u{1b}[31mboat\u{7}"],
        ["Kite\u{7f}", "Boat\u{1}"],
        ["K\u{fffd}te", "B\u{85}\u{92}at"],
        ["\u{200b}\u{feff}", " \u{2060}\u{3164}"],
    ] {
        for (schema_mode, pairing) in [MODES[0], MODES[3]] {
            let stories = Stories::new(schema_mode, pairing);
            let (ended, server) = stories.run(once(&answer(&stories.asked(), values)));
            assert_eq!(ended.code(), 0, "{values:?}: {}", ended.stderr);
            assert!(server.requests().len() <= 4, "{values:?}");
            let exported = stories.values();
            assert!(
                exported.iter().all(|value| value.as_str().is_some_and(|text| text.starts_with("answer "))),
                "{exported:?}"
            );
            let files = stories.sandbox.read("out.jsonl") + &stories.sandbox.read("out.csv");
            assert_eq!(files.chars().find(|c| c.is_control() && *c != '\n'), None, "{values:?}");
            let kept = stories.everything_kept();
            for escaped in [r"\u0000", r"\u001b", r"\u0007", r"\u0001", "\u{7f}te"] {
                assert!(!kept.contains(escaped), "{values:?} {escaped}");
            }
        }
    }
}
