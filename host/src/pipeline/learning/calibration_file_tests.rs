//! Calibration files: what is kept, for how long, and what happens to damaged files.

use super::*;

const NOW: u64 = 1_800_000_000;

fn subject(model: &str, question: &str) -> Subject {
    Subject {
        provider: "openai".to_owned(),
        model: model.to_owned(),
        service: "http://127.0.0.1:8080".to_owned(),
        question: QuestionDigest::stored(Some(question)),
    }
}

fn sizes(context: u64, rows: usize) -> Calibration {
    Calibration {
        model: ModelSizes {
            context_tokens: Some(context),
            counted_chars: 400,
            counted_tokens: 100,
            ..Default::default()
        },
        question: QuestionSizes { rows_per_call: Some(rows), ..Default::default() },
    }
}

#[test]
fn sizes_are_kept_by_model_and_question() {
    let folder = tempfile::tempdir().unwrap();
    let file = CalibrationFile::of(folder.path().join("deep/cache").to_str());
    assert!(file.path().ends_with("deep/cache.calibration.json"));
    let (first, second) = (subject("a", "q"), subject("b", "q"));
    assert_eq!(file.read(&first, NOW).unwrap(), Calibration::default());
    file.write(&first, &sizes(4_096, 5), NOW).unwrap();
    file.write(&second, &sizes(8_192, 3), NOW).unwrap();
    assert_eq!(file.read(&first, NOW).unwrap(), sizes(4_096, 5));
    assert_eq!(file.read(&second, NOW).unwrap(), sizes(8_192, 3));
    let other_question = file.read(&subject("a", "r"), NOW).unwrap();
    assert_eq!(other_question, Calibration { question: QuestionSizes::default(), ..sizes(4_096, 5) });
}

#[test]
fn old_sizes_do_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let file = CalibrationFile::of(folder.path().join("cache").to_str());
    file.write(&subject("a", "q"), &sizes(4_096, 5), NOW).unwrap();
    for later in [NOW + MAX_AGE_SECS + 1, NOW - MAX_AGE_SECS - 1, 0, u64::MAX] {
        assert_eq!(file.read(&subject("a", "q"), later).unwrap(), Calibration::default(), "{later}");
    }
    assert_eq!(file.read(&subject("a", "q"), NOW + MAX_AGE_SECS).unwrap(), sizes(4_096, 5));
}

#[test]
fn damaged_files_are_replaced_and_later_formats_are_not() {
    let folder = tempfile::tempdir().unwrap();
    let file = CalibrationFile::of(folder.path().join("cache").to_str());
    let half = r#"{"format":"rowsmith/calibration/v1","models":{"#;
    let wrong = r#"{"format":"rowsmith/calibration/v1","models":{"x":{"updated":"yesterday"}}}"#;
    for damaged in ["", "{", half, wrong, "[]", "null", "{}", "\u{0}\u{0}"] {
        fs::write(file.path(), damaged).unwrap();
        assert!(file.read(&subject("a", "q"), NOW).is_err(), "{damaged}");
        file.write(&subject("a", "q"), &sizes(4_096, 5), NOW).unwrap();
        assert_eq!(file.read(&subject("a", "q"), NOW).unwrap(), sizes(4_096, 5), "{damaged}");
    }
    let later = r#"{"format":"rowsmith/calibration/v2","models":[]}"#;
    fs::write(file.path(), later).unwrap();
    assert!(file.read(&subject("a", "q"), NOW).is_err());
    assert!(file.write(&subject("a", "q"), &sizes(4_096, 5), NOW).is_err());
    assert_eq!(fs::read_to_string(file.path()).unwrap(), later);
}

#[test]
fn the_oldest_entries_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let file = CalibrationFile::of(folder.path().join("cache").to_str());
    for number in 0..=MAX_ENTRIES as u64 {
        file.write(&subject("a", &format!("q{number}")), &sizes(4_096, 5), NOW + number).unwrap();
    }
    let rows = |question: &str| file.read(&subject("a", question), NOW).unwrap().question.rows_per_call;
    assert_eq!((rows("q0"), rows("q1")), (None, Some(5)));
}
