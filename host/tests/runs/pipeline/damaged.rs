//! Damaged answers. No row gets another row's answer, and valid answers are kept.

use super::case::Case;
use rowsmith_fake_model::{Mutation, Script, Then, When};

const SEVENTH: &str = "Topic 0007";

/// Changes the first answer only.
fn once(mutation: Mutation) -> Script {
    Script::new().once(When::any(), Then::mutated(mutation))
}

/// Changes every answer.
fn always(mutation: Mutation) -> Script {
    Script::new().on(When::any(), Then::mutated(mutation))
}

#[test]
fn wrapped_answers_cost_no_further_call() {
    let several = || Then::mutated(Mutation::Think).with(Mutation::Fences).with(Mutation::Prose);
    for case in [
        Case::new("code fences", once(Mutation::Fences), 1),
        Case::new("prose", once(Mutation::Prose), 1),
        Case::new("thinking", once(Mutation::Think), 1),
        Case::new("fences, prose and thinking", Script::new().once(When::any(), several()), 1),
        Case::new("trailing comma", once(Mutation::TrailingComma), 1),
        Case::new("an extra field", once(Mutation::extra(SEVENTH, "mood")), 1),
        Case::new("reversed order", once(Mutation::Shuffle), 1),
        Case::new("reversed order of an array", once(Mutation::Shuffle), 1).with(&["--provider", "array"]),
        Case::new("repeated item", once(Mutation::Repeat { item: 3, different: false }), 1),
    ] {
        case.check();
    }
    let unknown = Case::new("unknown id", once(Mutation::AddUnknown("r99".into())), 1).check();
    assert_eq!(unknown["unknown_ids"], 1);
}

#[test]
fn unresolved_rows_cost_one_more_call() {
    let three = Then::mutated(Mutation::DropItem(2)).with(Mutation::DropItem(8)).with(Mutation::DropItem(16));
    for case in [
        Case::new("one missing", once(Mutation::DropItem(3)), 2),
        Case::new("three missing", Script::new().once(When::any(), three), 2),
        Case::new("two different answers", once(Mutation::Repeat { item: 3, different: true }), 2),
        Case::new("renumbered", once(Mutation::Renumber(5)), 2),
        Case::new("swapped", once(Mutation::Swap(2, 11)), 2),
        Case::new("wrong value", once(Mutation::WrongEnum(SEVENTH.into())), 2),
        Case::new("13 words", once(Mutation::words(SEVENTH, "tldr", 13)), 2),
        Case::new("empty text", once(Mutation::empty(SEVENTH, "tldr")), 2),
        Case::new("null", once(Mutation::null(SEVENTH, "tldr")), 2),
        Case::new("field missing", once(Mutation::missing(SEVENTH, "challenge")), 2),
        Case::new("wrong type", once(Mutation::set(SEVENTH, "tldr", 7)), 2),
        Case::new("cut off after 13", once(Mutation::CutAfter(13)), 2),
    ] {
        case.check();
    }
}

#[test]
fn arrays_are_paired_too() {
    for case in [
        Case::new("one missing", once(Mutation::DropItem(3)), 2),
        Case::new("renumbered", once(Mutation::Renumber(5)), 2),
        Case::new("swapped", once(Mutation::Swap(2, 11)), 2),
        Case::new("two different answers", once(Mutation::Repeat { item: 3, different: true }), 2),
        Case::new("cut off after 13", once(Mutation::CutAfter(13)), 2),
    ] {
        case.with(&["--provider", "array"]).check();
    }
}

#[test]
fn failed_batches_are_halved() {
    for case in [
        Case::new("not JSON", once(Mutation::invalid_json()), 3),
        Case::new("no text", once(Mutation::empty_text()), 3),
        Case::new("cut off in the first item", once(Mutation::CutAfter(0)), 3),
        Case::new("repeated fields", once(Mutation::DuplicateKeys), 3),
        Case::new("blocked prompt", Script::new().once(When::any(), Then::blocked_prompt()), 3),
        Case::new("blocked answer", Script::new().once(When::any(), Then::blocked_answer()), 3),
        Case::new("too large", Script::new().on(When::rows_at_least(11), Then::too_large()), 3),
    ] {
        case.check();
    }
}

#[test]
fn row_without_a_valid_answer_fails_alone() {
    for (name, mutation, reason) in [
        // In a call of its own, the answer has no row at all.
        ("missing", Mutation::drop_rows(SEVENTH), &[(7, "unreadable")]),
        ("wrong value", Mutation::WrongEnum(SEVENTH.into()), &[(7, "invalid")]),
        ("13 words", Mutation::words(SEVENTH, "tldr", 13), &[(7, "invalid")]),
        ("empty text", Mutation::empty(SEVENTH, "tldr"), &[(7, "invalid")]),
        ("null", Mutation::null(SEVENTH, "challenge"), &[(7, "invalid")]),
    ] {
        Case::new(name, always(mutation), 2).fails(reason).check();
    }
}

/// The sizes of the calls down to the seventh of 20 rows: 20, then 10 and 10, 5 and 5, 2 and 2 and 1, 1 and 1: ten calls.
#[test]
fn poisoned_row_fails_alone() {
    let poison = || When::row_contains(SEVENTH);
    for (name, then, reason) in [
        ("refused in the text", Then::mutated(Mutation::refusal()), &[(7, "unreadable")]),
        ("blocked prompt", Then::blocked_prompt(), &[(7, "refused")]),
        ("blocked answer", Then::blocked_answer(), &[(7, "refused")]),
        ("too large", Then::too_large(), &[(7, "too_large")]),
    ] {
        let report = Case::new(name, Script::new().on(poison(), then), 10).fails(reason).check();
        assert_eq!(report["calls"]["split"].as_u64().unwrap() + report["calls"]["individual"].as_u64().unwrap(), 9);
    }
}

#[test]
fn one_row_lost_in_each_of_twenty_calls_costs_one_more_call() {
    let first = || When::unless(When::rejected());
    let script = Script::new().on(first(), Then::mutated(Mutation::DropItem(3)));
    let report = Case::new("400 rows", script, 21).rows(400).check();
    assert_eq!(report["calls"]["batch"], 21);
}

#[test]
fn rejected_schema_is_not_sent_again() {
    let script = Script::new().once(When::any(), Then::schema_rejected());
    let report = Case::new("rejected schema", script, 2).check();
    assert_eq!(report["calls"]["retries"], 1);
    let script = Script::new().once(When::any(), Then::schema_rejected());
    Case::new("rejected schema", script, 2).with(&["--provider", "openai"]).check();
}
