//! A model that copies pieces of its prompt into values.

use rowsmith_fake_model::{FakeModel, Mutation, RequestRecord, Script, Then, When};
use rowsmith_test_harness::{Rows, Sandbox, config, read_jsonl};
use serde_json::Value;

/// Replies to every call with other pieces of its prompt.
fn copies(calls: usize) -> Script {
    let copy = |first: usize| Then::mutated(Mutation::CopyPrompt(first));
    (0..calls).fold(Script::new(), |script, nth| script.on(When::nth(nth), copy(nth * 3)))
}

/// Returns the texts of a prompt that no row and no setting holds: sentences, tags, codes of rejections.
fn own_texts(request: &RequestRecord) -> Vec<String> {
    let texts: Vec<String> = strings(&request.body);
    let is_json = |line: &&str| line.starts_with(['{', '[']);
    let lines =
        texts.iter().flat_map(|text| text.lines()).filter(|line| !is_json(line) && !line.contains("Label learning"));
    let sentences = lines.flat_map(|line| line.split(['.', ':', ';'])).map(|sentence| sentence.trim().to_lowercase());
    let long = sentences.filter(|sentence| sentence.split_whitespace().count() >= 4);
    let tags = request.rows.iter().filter_map(|row| row.tag.clone());
    let rejected = request.rows.iter().filter_map(|row| row.rejected.clone()).filter(|code| code.contains(':'));
    long.chain(tags).chain(rejected).collect()
}

fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(members) => members.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn texts_of_the_prompt_are_neither_exported_nor_cached() {
    const CALLS: usize = 120;
    for provider in ["gemini", "openai", "array"] {
        let sandbox = Sandbox::with_rows(&Rows::numbered(1..=20));
        let toml = config::ENRICH.replace("max_words = 12\n", "");
        sandbox.write("rowsmith.toml", toml);
        let server = FakeModel::start(copies(CALLS)).unwrap();
        let ended = sandbox.run(&server, &["--provider", provider]);
        let requests = server.requests();
        assert!(requests.len() < CALLS, "{provider}: {} calls", requests.len());
        assert!(requests.iter().any(|request| request.rows.iter().any(|row| row.rejected.is_some())), "{provider}");
        let own: Vec<String> = requests.iter().flat_map(own_texts).collect();
        let check = |when: &str| {
            for row in read_jsonl(&sandbox.path("out.jsonl")) {
                let value = row["TLDR"].as_str().unwrap_or_default().to_lowercase();
                let found = own.iter().find(|text| value.contains(text.as_str()));
                assert_eq!(found, None, "{provider} {when}: {value}\n{}", ended.stderr);
            }
        };
        check("exported");
        // Only answers of the cache.
        let _ended = sandbox.run(&server, &["--provider", provider, "--offline"]);
        check("cached");
    }
}

#[test]
fn the_rejection_of_an_answer_is_a_code() {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=2));
    let mutations = [
        ("tldr:max_words", Mutation::words("Topic", "tldr", 13)),
        ("challenge:enum", Mutation::WrongEnum("Topic".into())),
        ("tldr:blank", Mutation::set("Topic", "tldr", "\u{200b}")),
        ("tldr:control_character", Mutation::set("Topic", "tldr", "a\u{1}")),
        ("tldr:prompt_text", Mutation::set("Topic", "tldr", "Leave out no row and add none.")),
        ("tldr:missing", Mutation::missing("Topic", "tldr")),
        ("swapped", Mutation::missing("Topic", "tag")),
    ];
    for (code, mutation) in mutations {
        let server = FakeModel::start(Script::new().once(When::any(), Then::mutated(mutation))).unwrap();
        sandbox.run(&server, &["--refresh"]).exits(0);
        let rejected: Vec<_> = server.requests()[1].rows.iter().map(|row| row.rejected.clone()).collect();
        assert!(rejected.iter().all(|found| found.as_deref() == Some(code)), "{code}: {rejected:?}");
    }
}
