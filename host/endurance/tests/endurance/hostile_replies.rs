//! Families of hostile answers and replies.

use fastrand::Rng;
use rowsmith_fake_model::{Delivery, Mutation, Reply, Script, Then, UsageReport, When};
use rowsmith_test_harness::checkout;
use serde_json::{Value, json};
use std::time::Duration;

/// The topic of the row that contains instructions.
pub(crate) const HOSTILE_TOPIC: &str = "Hostile row";
/// Nesting that no parser should follow.
const DEEP: usize = 100_000;
/// Bytes of a long text around an answer.
const LONG: usize = 4 << 20;

/// A hostile model.
pub(crate) struct Hostile {
    pub(crate) family: &'static str,
    pub(crate) script: Script,
    /// True if the row with instructions may have the answer that it asks for.
    pub(crate) obeys: bool,
    pub(crate) description: String,
}

/// Number of ordinary rows.
pub(crate) const ROWS: usize = 24;

/// Returns the topic of a row: three words that no other row has.
pub(crate) fn topic(number: usize) -> String {
    let word = |at: usize| {
        let part = |at: usize| ["ba", "del", "fim", "gor", "ku", "lan", "mes", "ti"][at % 8];
        format!("{}{}{}", part(at), part(at / 8), part(at / 64 + at))
    };
    [3 * number, 3 * number + 1, 3 * number + 2].map(word).join(" ")
}

/// A family and the reply that it makes.
type Family = (&'static str, fn(&mut Rng) -> Then);

const FAMILIES: [Family; 33] = [
    ("missing ids", |random| changed(Mutation::DropItem(random.usize(0..20)))),
    ("repeated ids", |random| changed(Mutation::Repeat { item: random.usize(0..20), different: random.bool() })),
    ("foreign ids", |random| {
        changed(Mutation::AddUnknown(pick(random, &["r99", "r-1", "R0", "r00", "", "tag"]).to_owned()))
    }),
    ("renumbered ids", |random| changed(Mutation::Renumber(random.usize(0..20)))),
    ("swapped rows", |random| changed(Mutation::Swap(random.usize(0..10), random.usize(10..20)))),
    ("swapped rows under their tags", |random| {
        changed(Mutation::SwapKeepingTags(random.usize(0..10), random.usize(10..20)))
    }),
    ("shuffled rows", |_| changed(Mutation::Shuffle)),
    ("wrong tag", |random| changed(Mutation::set(row(random), "tag", "xxxx"))),
    ("previous answer", |_| changed(Mutation::PreviousAnswer)),
    ("copied ids", |_| changed(Mutation::CopyId("tldr".to_owned()))),
    ("copied tags", |_| changed(Mutation::CopyTag("tldr".to_owned()))),
    ("copied prompt", |random| changed(Mutation::set("", "tldr", prompt_line(random)))),
    ("other types", |random| changed(Mutation::set(row(random), field(random), other_type(random)))),
    ("too many words", |random| changed(Mutation::words(row(random), "tldr", random.usize(13..200)))),
    ("wrong choice", |random| changed(Mutation::WrongEnum(row(random)))),
    ("missing field", |random| changed(Mutation::missing(row(random), field(random)))),
    ("extra field", |random| changed(Mutation::extra(row(random), pick(random, &["id", "note", "__proto__", ""])))),
    ("invisible values", |random| changed(Mutation::set(row(random), "tldr", invisible(random)))),
    ("control characters", |random| changed(Mutation::set(row(random), "tldr", control(random)))),
    ("repeated keys", |_| changed(Mutation::DuplicateKeys)),
    ("invalid numbers", |random| {
        let value = pick(random, &["NaN", "Infinity", "-", "01", "1e999999", "0x10", "undefined"]);
        replaced("\"challenge\":", &format!("\"n\":{value},\"challenge\":"))
    }),
    ("invalid strings", |random| {
        let text = pick(random, &["\\x", "\\ud800", "\\u12", "\u{0}", "\n"]);
        replaced("answer ", &format!("{text}answer "))
    }),
    ("truncated answer", |random| changed(Mutation::CutAfter(random.usize(0..20)))),
    ("wrapped answer", |random| changed(pick(random, &[Mutation::Fences, Mutation::Prose, Mutation::Think]))),
    ("text around the answer", |random| {
        let before = around(random);
        let after = around(random);
        changed(Mutation::Around { before, after })
    }),
    ("two documents", |_| changed(Mutation::Contradict)),
    ("no answer", |random| {
        let texts =
            ["", "I cannot help with that.", "null", "[]", "{}", "\"text\"", "{\"r0\": null}", "[[[]]]", "\u{feff}"];
        changed(Mutation::Text(pick(random, &texts).to_owned()))
    }),
    ("odd end", |random| {
        let reasons = ["length", "MAX_TOKENS", "content_filter", "SAFETY", "tool_calls", "unknown", ""];
        changed(Mutation::Finish(pick(random, &reasons).to_owned()))
    }),
    ("gullible model", |_| changed(Mutation::set("", "tldr", "OWNED"))),
    ("absurd usage", |random| {
        let number = |random: &mut Rng| pick(random, &[0, 1, u64::from(u32::MAX), i64::MAX.unsigned_abs(), u64::MAX]);
        let usage = UsageReport::Fixed {
            prompt: number(random),
            output: number(random),
            thinking: number(random),
            cached: number(random),
        };
        Then::answer().usage(if random.u8(0..4) == 0 { UsageReport::Absent } else { usage })
    }),
    ("odd body", |random| {
        let types =
            ["text/html", "application/octet-stream", "text/event-stream", "", "application/json; charset=utf-16"];
        let bodies =
            ["", "{", "[]", "null", "data: [DONE]\n\n", "<html></html>", "{\"choices\": []}", "{\"candidates\": [{}]}"];
        Then::raw(pick(random, &[200, 200, 201, 204, 299]), pick(random, &types), pick(random, &bodies))
    }),
    ("broken compression", |random| match random.u8(0..3) {
        0 => Then::answer().header("content-encoding", "gzip"),
        1 => Then::reply(Reply::GzipBlanks { mib: 100 }),
        _ => Then::reply(Reply::GzipBlanks { mib: 1 }),
    }),
    ("broken delivery", |random| {
        let deliveries = [
            Delivery::Hang,
            Delivery::HangAfterHeaders,
            Delivery::Reset,
            Delivery::CutBody,
            Delivery::ShortLength,
            Delivery::Drip(Duration::from_millis(50)),
            Delivery::EndlessChunks,
        ];
        Then::answer().deliver(pick(random, &deliveries))
    }),
];

/// Returns a model: the family with this number, a random reply of it and random requests that get it.
pub(crate) fn hostile(number: usize, random: &mut Rng) -> Hostile {
    let (family, make) = FAMILIES[number % FAMILIES.len()];
    let then = make(random);
    // With a timeout for every call of several rows, a run would take minutes.
    let is_slow = matches!(family, "broken delivery" | "broken compression" | "odd body");
    let description = format!("{then:?}").chars().take(300).collect();
    let obeys = family == "gullible model";
    let script = match random.u8(if is_slow { 1..3 } else { 0..4 }) {
        // It obeys the row with instructions, in calls that have this row.
        _ if obeys => Script::new().on(When::row_contains(HOSTILE_TOPIC), then),
        // A call of one row has no tag, because a tag changes its prompt.
        _ if family == "previous answer" => Script::new().on(When::batch(), then),
        0 => Script::new().on(When::any(), then),
        1 => Script::new().times(random.u32(1..4), When::any(), then),
        2 => Script::new().on(When::row_contains(row(random)), then),
        _ => Script::new().on(When::batch(), then),
    };
    Hostile { family, script, obeys, description }
}

fn changed(mutation: Mutation) -> Then {
    Then::mutated(mutation)
}

fn replaced(from: &str, to: &str) -> Then {
    changed(Mutation::Replace { from: from.to_owned(), to: to.to_owned() })
}

fn pick<T: Clone>(random: &mut Rng, choices: &[T]) -> T {
    choices[random.usize(0..choices.len())].clone()
}

/// Returns a text that is in one row, or in all of them.
fn row(random: &mut Rng) -> String {
    if random.u8(0..4) == 0 { String::new() } else { topic(random.usize(0..ROWS)) }
}

fn field(random: &mut Rng) -> &'static str {
    pick(random, &["tldr", "challenge"])
}

fn other_type(random: &mut Rng) -> Value {
    let deep = (0..60).fold(json!("x"), |inner, _| json!([inner]));
    let values =
        [json!(null), json!(1), json!(1.5), json!(true), json!([]), json!(["x"]), json!({"a": "b"}), json!(""), deep];
    pick(random, &values)
}

fn invisible(random: &mut Rng) -> &'static str {
    pick(
        random,
        &[
            " ",
            "\t",
            "\u{200b}",
            "\u{feff}",
            "\u{ad}",
            "\u{3164}",
            "\u{2800}",
            "\u{2060}\u{200d}",
            "\u{a0}",
            "\u{115f}",
        ],
    )
}

fn control(random: &mut Rng) -> String {
    let character = pick(random, &['\u{0}', '\u{1b}', '\u{7}', '\u{7f}', '\u{8}', '\u{9b}']);
    format!("an{character}[31m answer")
}

fn around(random: &mut Rng) -> String {
    match random.u8(0..10) {
        0 => "[".repeat(DEEP),
        1 => "{\"a\":".repeat(DEEP),
        2 => "x ".repeat(LONG / 2),
        3 => "<think>".to_owned(),
        4 => "</think>".to_owned(),
        5 => "{\"r0\": {\"tldr\": \"draft\", \"challenge\": \"expert\"}}\n".to_owned(),
        6 => "\u{feff}\u{0}\u{1b}[2J".to_owned(),
        7 => "```json\n".to_owned(),
        8 => "\"".to_owned(),
        _ => String::new(),
    }
}

/// Returns a sentence of the prompt of the program.
fn prompt_line(random: &mut Rng) -> String {
    let text = std::fs::read_to_string(checkout().join("host/src/pipeline/golden_prompt.txt")).unwrap();
    let lines: Vec<&str> =
        text.lines().filter(|line| line.starts_with("You are") || line.starts_with("The rows")).collect();
    let sentences: Vec<&str> = lines.iter().flat_map(|line| line.split_inclusive(['.', ':'])).map(str::trim).collect();
    pick(random, &sentences).to_owned()
}
