//! JSON Lines with what other programs write and JSON does not have.

use super::scene::Scene;

#[test]
fn values_that_json_does_not_have_are_named() {
    let rows = |value: &str| {
        format!(
            "{{\"id\": 1, \"text\": \"good\"}}\n{{\"id\": 2, \"score\": {value}}}\n{{\"id\": 3, \"text\": \"also\"}}\n"
        )
    };
    let cases = [
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("[0.5, {\"x\": Infinity}]", "Infinity"),
        ("None", "None"),
        ("'x'", "single quote"),
        ("[1,]", "comma"),
        ("1 // of 5", "comment"),
    ];
    for (value, named) in cases {
        let end = Scene::of_file("jsonl", rows(value).as_bytes(), "").run();
        assert_eq!(end.code, 10, "{value}: {}", end.messages);
        assert!(end.messages.contains(named) && end.messages.contains("line 2, "), "{value}: {}", end.messages);

        let end = Scene::of_file("jsonl", rows(value).as_bytes(), "on_invalid = \"skip\"").run();
        assert_eq!(end.code, 0, "{value}: {}", end.messages);
        assert!(end.messages.contains(named), "{value}: {}", end.messages);
        assert_eq!(end.column("text"), ["good", "also"], "{value}");
    }
}

#[test]
fn other_encodings_are_refused_before_a_row_is_asked() {
    let text = "{\"a\": 1}\r\n{\"a\": 2}\r\n";
    let units = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
    for bytes in [units(u16::to_le_bytes), units(u16::to_be_bytes)] {
        let end = Scene::of_file("jsonl", &bytes, "").run();
        assert_eq!((end.code, end.asked.len()), (10, 0), "{}", end.messages);
        assert!(end.messages.contains("UTF-16"), "{}", end.messages);
    }
}
