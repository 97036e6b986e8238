//! Sizes learned from errors and responses.

use super::*;

const PLAIN: CallSizes =
    CallSizes { rows: 20, chars: 3_600, fixed_chars: 0, answer_tokens: 17_344, cap: None, growth: 1, resizes: 0 };

fn fitted(sizes: &Sizes, call: CallSizes) -> CallSizes {
    let mut call = call;
    sizes.fit(&mut call);
    call
}

#[test]
fn the_cap_follows_what_the_service_reports() {
    let max = |max| ReportedSizes { max_output_tokens: Some(max), ..ReportedSizes::default() };
    let context = |context, prompt| ReportedSizes {
        context_tokens: Some(context),
        prompt_tokens: prompt,
        ..ReportedSizes::default()
    };
    for (name, kind, reported, thinking, expected) in [
        ("a maximum", ErrorKind::OutputLimit, max(16_384), 0, Some(16_384)),
        ("no number", ErrorKind::OutputLimit, ReportedSizes::default(), 0, Some(8_672)),
        ("a maximum over the cap", ErrorKind::OutputLimit, max(99_999), 0, Some(8_672)),
        ("the context", ErrorKind::OutputLimit, context(8_192, Some(900)), 0, Some(8_192 - 990 - 64)),
        ("the context without the prompt", ErrorKind::OutputLimit, context(8_192, None), 0, Some(8_192 - 990 - 64)),
        ("the context, with thinking", ErrorKind::OutputLimit, context(8_192, Some(900)), 10_000, Some(7_138)),
        ("the context, as a prompt that is too long", ErrorKind::TooLarge, context(8_192, Some(900)), 0, Some(7_138)),
    ] {
        let mut sizes = Sizes::new(None, thinking);
        let call = fitted(&sizes, PLAIN);
        assert_eq!(call.cap, Some(17_344 + thinking), "{name}");
        let error = Error::new(kind, "m").with_sizes(reported);
        assert_eq!(sizes.failed(&error, &call), Reaction::Resize, "{name}");
        assert_eq!(fitted(&sizes, PLAIN).cap, expected, "{name}");
        assert!(!sizes.changes().is_empty(), "{name}");
    }
}

#[test]
fn a_cap_that_is_rejected_without_a_number_is_halved_once_and_then_left_out() {
    let mut sizes = Sizes::new(None, 0);
    let error = Error::new(ErrorKind::OutputLimit, "m");
    let first = fitted(&sizes, PLAIN);
    assert_eq!(sizes.failed(&error, &first), Reaction::Resize);
    assert_eq!(sizes.failed(&error, &first), Reaction::Resize, "another call with the first cap teaches nothing");
    let second = fitted(&sizes, PLAIN);
    assert_eq!(second.cap, Some(8_672));
    assert_eq!(sizes.failed(&error, &second), Reaction::Resize);
    let third = fitted(&sizes, PLAIN);
    assert_eq!(third.cap, None);
    assert_eq!(sizes.failed(&error, &third), Reaction::Split);
    assert_eq!(sizes.failed(&error, &CallSizes { rows: 1, ..third }), Reaction::None);
}

#[test]
fn a_cut_off_answer_raises_the_cap_if_the_cap_was_its_limit() {
    let call = CallSizes { answer_tokens: 1_000, ..PLAIN };
    for (name, limit, output, expected) in [
        ("used up", None, Some(1_000), 2_000),
        ("usage unknown", None, None, 2_000),
        ("another limit", None, Some(300), 1_000),
        ("the model can write no more", Some(1_000), Some(1_000), 1_000),
        ("the model can write a little more", Some(1_500), Some(1_000), 1_500),
    ] {
        let mut sizes = Sizes::new(limit, 0);
        let sent = fitted(&sizes, call);
        let usage = Usage { output, ..Usage::default() };
        assert_eq!(sizes.answered(&sent, &usage, true), expected > 1_000, "{name}");
        assert_eq!(sizes.answered(&sent, &usage, true), expected > 1_000, "{name}: another call with the first cap");
        assert_eq!(fitted(&sizes, call).cap, Some(expected), "{name}");
        assert!(!sizes.answered(&sent, &usage, false));
    }
}

#[test]
fn growth_is_bounded() {
    let mut sizes = Sizes::new(None, 0);
    for _ in 0..20 {
        let sent = fitted(&sizes, PLAIN);
        sizes.answered(&sent, &Usage::default(), true);
    }
    assert_eq!(fitted(&sizes, PLAIN).cap, Some(17_344 * MAX_GROWTH));
}

#[test]
fn the_largest_prompt_is_learned_from_tokens_or_by_size() {
    let too_large = |sizes| Error::new(ErrorKind::TooLarge, "m").with_sizes(sizes);
    let call = CallSizes { chars: 40_000, ..PLAIN };
    let mut sizes = Sizes::new(Some(500), 0);
    let reported =
        ReportedSizes { context_tokens: Some(4_000), prompt_tokens: Some(20_000), ..ReportedSizes::default() };
    assert_eq!(sizes.failed(&too_large(reported), &fitted(&sizes, call)), Reaction::Split);
    let max = sizes.max_prompt_chars().unwrap();
    assert!((4_000..8_000).contains(&max), "2 characters per token: {max}");

    let mut sizes = Sizes::new(None, 0);
    assert_eq!(sizes.max_prompt_chars(), None);
    let unknown = too_large(ReportedSizes::default());
    assert_eq!(sizes.failed(&unknown, &call), Reaction::Split);
    assert_eq!(sizes.max_prompt_chars(), Some(21_000));
    assert_eq!(sizes.failed(&unknown, &CallSizes { chars: 20_000, ..call }), Reaction::Split);
    assert_eq!(sizes.max_prompt_chars(), Some(10_500));
    sizes.answered(&CallSizes { chars: 15_000, ..call }, &Usage::default(), false);
    assert_eq!(sizes.max_prompt_chars(), Some(15_750));
    assert_eq!(sizes.failed(&Error::new(ErrorKind::Blocked, "m"), &call), Reaction::None);
}

#[test]
fn characters_per_token_come_from_reported_usage() {
    let mut sizes = Sizes::new(None, 0);
    assert_eq!(sizes.input_tokens(4_000), 1_000);
    sizes.answered(&CallSizes { chars: 4_000, ..PLAIN }, &Usage { input: Some(2_000), ..Usage::default() }, false);
    assert_eq!(sizes.input_tokens(4_000), 2_000);
    for wrong in [1 << 40, 50] {
        sizes.answered(&CallSizes { chars: 4_000, ..PLAIN }, &Usage { input: Some(wrong), ..Usage::default() }, false);
        assert_eq!(sizes.input_tokens(4_000), 2_000, "unbelievable counts are ignored");
    }
}

#[test]
fn an_unclear_rejection_of_the_first_call_is_tried_once_without_the_cap() {
    let rejected = Error::new(ErrorKind::BadRequest, "m").with_http_status(400);
    let usage = Usage::default();
    let mut sizes = Sizes::new(None, 0);
    let first = fitted(&sizes, PLAIN);
    assert_eq!(sizes.failed(&rejected, &first), Reaction::Resize);
    let trial = fitted(&sizes, PLAIN);
    assert_eq!(trial.cap, None);
    assert_eq!(sizes.failed(&rejected, &first), Reaction::Resize, "another call with the cap");
    sizes.answered(&trial, &usage, false);
    assert_eq!((fitted(&sizes, PLAIN).cap, sizes.changes().len()), (None, 1));

    let mut sizes = Sizes::new(None, 0);
    assert_eq!(sizes.failed(&rejected, &first), Reaction::Resize);
    assert_eq!(sizes.failed(&rejected, &trial), Reaction::None, "the cap was not the reason");
    assert_eq!((fitted(&sizes, PLAIN).cap, sizes.changes().len()), (first.cap, 0));
    assert_eq!(sizes.failed(&rejected, &first), Reaction::None);

    let mut sizes = Sizes::new(None, 0);
    sizes.answered(&first, &usage, false);
    assert_eq!(sizes.failed(&rejected, &first), Reaction::None, "the service accepts the cap");
}
