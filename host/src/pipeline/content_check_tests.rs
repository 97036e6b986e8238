//! Right and exchanged answers, and the rates of the check on the sample data.

use super::*;
use serde_json::json;
use std::path::Path;

fn outputs() -> Vec<OutputColumn> {
    let level = Rule::new(ValueType::String).with(Constraint::Enum(vec![json!("hard"), json!("easy")]));
    let column = |name: &str, rule| OutputColumn { name: name.to_owned(), column: name.to_owned(), rule };
    vec![column("tldr", Rule::new(ValueType::String)), column("level", level)]
}

fn check(texts: &[Option<&str>], bodies: &[&str]) -> Vec<bool> {
    let answers: Vec<Option<String>> =
        texts.iter().map(|text| text.map(|text| json!({"tldr": text, "level": "hard"}).to_string())).collect();
    let bodies: Vec<String> = bodies.iter().map(|body| json!({"text": body, "id": 7}).to_string()).collect();
    let answers: Vec<Option<&str>> = answers.iter().map(Option::as_deref).collect();
    misplaced(&outputs(), &answers, &bodies.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn an_answer_with_the_words_of_another_row_is_misplaced() {
    let astronomy = ["Jupiter is a giant planet with coloured bands", "Comets have icy nuclei and long dusty tails"];
    let chinese = ["木星是太阳系最大的行星，有彩色云带", "彗星由冰核组成，拖着长长的尘埃尾巴"];
    for (name, bodies, texts, expected) in [
        ("right", astronomy, [Some("giant planet with bands"), Some("icy nuclei, dusty tails")], [false, false]),
        ("exchanged", astronomy, [Some("Icy nuclei and dust tails"), Some("a giant coloured planet")], [true, true]),
        ("one is invalid", astronomy, [Some("icy comet nuclei with dusty tails"), None], [true, false]),
        (
            "two words are too few for one",
            astronomy,
            [Some("icy nuclei, dusty"), Some("icy nuclei and tails")],
            [false, false],
        ),
        ("own words", astronomy, [Some("the largest world of all"), Some("a visitor from far away")], [false, false]),
        ("about both", astronomy, [Some("giant planet that comets with tails pass"), Some("comets")], [false, false]),
        ("right, without spaces", chinese, [Some("最大的行星"), Some("冰核与尘埃尾巴")], [false, false]),
        ("exchanged, without spaces", chinese, [Some("冰核与尘埃尾巴"), Some("太阳系最大的行星")], [true, true]),
        ("equal rows", ["a red kite", "a red kite"], [Some("a red kite"), Some("a red kite")], [false, false]),
    ] {
        assert_eq!(check(&texts, &bodies), expected, "{name}");
    }
    assert_eq!(check(&[Some("icy nuclei")], &astronomy[..1]), [false], "a single row");
    let level = &outputs()[1..];
    assert_eq!(misplaced(level, &[Some("{}"), Some("{}")], &["{}", "{}"]), [false, false], "no free text");
}

/// Title and text of the sample's topics.
fn topics() -> Vec<(String, Vec<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../config/sample/amateur-astronomy/content");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let read = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let mut lines = text.lines();
        let title = lines.next().unwrap_or_default().trim_start_matches('#').trim().to_owned();
        let prose: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with(['-', '*', '['])).collect();
        let sentences = prose.join(" ").split_inclusive(". ").map(|sentence| sentence.trim().to_owned()).collect();
        (title, sentences)
    };
    files.iter().map(read).filter(|(_, sentences): &(String, Vec<String>)| sentences.len() > 1).collect()
}

/// Returns the share of answers that are misplaced, if each row has the answer of the row this far behind it in its call.
fn share(
    rows: usize,
    distance: usize,
    answer: impl Fn(&(String, Vec<String>)) -> String,
    shown: impl Fn(&(String, Vec<String>)) -> String,
) -> f64 {
    let (mut found, mut all) = (0_usize, 0_usize);
    for call in topics().chunks(rows).filter(|call| call.len() > distance) {
        let texts: Vec<String> = (0..call.len()).map(|row| answer(&call[(row + distance) % call.len()])).collect();
        let bodies: Vec<String> = call.iter().map(&shown).collect();
        let texts: Vec<Option<&str>> = texts.iter().map(|text| Some(text.as_str())).collect();
        let bodies: Vec<&str> = bodies.iter().map(String::as_str).collect();
        found += check(&texts, &bodies).iter().filter(|misplaced| **misplaced).count();
        all += call.len();
    }
    #[expect(clippy::cast_precision_loss, reason = "a few hundred rows")]
    let share = found as f64 / all as f64;
    share
}

fn first_words(text: &str) -> String {
    text.split_whitespace().take(12).collect::<Vec<_>>().join(" ")
}

/// The figures are in docs/configuration.md.
#[test]
fn rates_on_the_sample_stay_within_bounds() {
    type Topic = (String, Vec<String>);
    let whole = |topic: &Topic| format!("{} {}", topic.0, topic.1.join(" "));
    let start = |topic: &Topic| whole(topic).chars().take(150).collect::<String>();
    let text = |topic: &Topic| topic.1.join(" ");
    let first = |topic: &Topic| first_words(&topic.1[0]);
    let last = |topic: &Topic| first_words(topic.1.last().unwrap());
    let title = |topic: &Topic| topic.0.clone();
    for rows in [20, 10, 5, 2] {
        let right = [
            share(rows, 0, first, whole),
            share(rows, 0, last, whole),
            // Answers in words that the row does not show.
            share(rows, 0, last, start),
            share(rows, 0, title, text),
        ];
        let exchanged = share(rows, 1, first, whole);
        println!("{rows} rows: false alarms {right:.3?}, exchanged answers found {exchanged:.2}");
        assert!(right.iter().all(|share| *share < 0.01), "{rows} rows: {right:?}");
        assert!(exchanged > 0.6, "{rows} rows: {exchanged}");
    }
}
