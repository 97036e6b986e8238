//! Calls follow the sizes that a service allows, and a mistake is made once and not once for each batch.

use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::config::ENRICH;
use rowsmith_test_harness::{Golden, Output, Rows, Sandbox, topic};
use serde_json::Value;
use std::time::Duration;

const ONE_AT_A_TIME: [&str; 2] = ["--set", "providers.gemini.limits.max_concurrency=1"];

struct Ended {
    output: Output,
    report: Value,
    calls: usize,
    caps: Vec<Option<u64>>,
}

fn run(script: Script, rows: usize, arguments: &[&str]) -> Ended {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=rows));
    let server = FakeModel::start(script).unwrap();
    let output = sandbox.run(&server, arguments);
    let cap = |body: &Value| {
        let cap = body.pointer("/generationConfig/maxOutputTokens").or_else(|| body.get("max_completion_tokens"));
        cap.or_else(|| body.get("max_tokens")).and_then(Value::as_u64)
    };
    let caps = server.requests().iter().map(|request| cap(&request.body)).collect();
    Ended { output, report: sandbox.report(), calls: server.requests().len(), caps }
}

/// Returns the names of the sizes that a run has learned.
fn learned(report: &Value) -> Vec<&str> {
    report["learned"].as_array().unwrap().iter().map(|change| change["what"].as_str().unwrap()).collect()
}

#[test]
fn prompts_that_are_too_long_teach_the_largest_call() {
    for (rows, arguments, most) in [
        (20, &[][..], 6),
        // Ten rows fit: 20 calls, and one that is too large.
        (200, &ONE_AT_A_TIME, 22),
        // Five calls start before the first error.
        (200, &[], 26),
    ] {
        let script = Script::new().on(When::rows_at_least(11), Then::too_large());
        let Ended { output, report, calls, .. } = run(script, rows, arguments);
        assert_eq!(output.code(), 0, "{rows}: {}", output.stderr);
        assert_eq!(report["rows"]["enriched"], rows, "{rows}");
        assert!(calls <= most, "{rows} {arguments:?}: {calls} calls");
        assert!(learned(&report).contains(&"prompt_chars"), "{report}");
    }
}

#[test]
fn a_row_that_is_too_large_alone_fails() {
    let script = Script::new().on(When::row_contains("Topic 0007"), Then::too_large());
    let Ended { output, report, .. } = run(script, 20, &[]);
    assert_eq!(output.code(), 5, "{}", output.stderr);
    assert_eq!((&report["failures"][0]["row"], &report["failures"][0]["reason"]), (&7.into(), &"too_large".into()));
    assert_eq!(report["rows"]["failed"], 1);
}

#[test]
fn an_answer_that_the_cap_cuts_off_raises_the_cap() {
    // A word of 1,200 characters is one word for the rule, and far more tokens than a word.
    let long = || Then::mutated(Mutation::set("", "tldr", "w".repeat(1_200)));
    let script = || Script::new().enforce_output_cap().on(When::any(), long());
    let Ended { output, report, calls, caps } =
        run(script(), 100, &[&ONE_AT_A_TIME[..], &["--set", "batch.suspect_equal=0"]].concat());
    assert_eq!((output.code(), report["rows"]["enriched"].as_u64()), (0, Some(100)), "{}", output.stderr);
    // Five calls, and one for the rows that the first call did not answer.
    assert!(calls <= 6, "{calls} calls: {caps:?}");
    assert!(caps[1] > caps[0], "{caps:?}");
    let change = &report["learned"][0];
    assert_eq!(
        (&change["what"], change["from"].as_u64(), &change["at_call"]),
        (&"output_cap".into(), caps[0], &1.into())
    );
}

/// Runs against the OpenAI wire format, with an output column without a limit.
fn run_plain(script: Script, rows: usize, arguments: &[&str]) -> Ended {
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=rows));
    sandbox.write("rowsmith.toml", ENRICH.replace("max_words = 12\n", ""));
    let server = FakeModel::start(script).unwrap();
    let output = sandbox.run(&server, &[&["--provider", "openai"], arguments].concat());
    let cap =
        |body: &Value| body.get("max_completion_tokens").or_else(|| body.get("max_tokens")).and_then(Value::as_u64);
    let caps = server.requests().iter().map(|request| cap(&request.body)).collect();
    Ended { output, report: sandbox.report(), calls: server.requests().len(), caps }
}

#[test]
fn a_cap_that_the_service_rejects_is_lowered_once() {
    let named = r#"{"error":{"message":"max_tokens is too large: 17344. This model supports at most 16384 completion tokens, whereas you provided 17344.","type":"invalid_request_error","param":"max_completion_tokens","code":"invalid_value"}}"#;
    let unnamed = r#"{"error":{"message":"max_tokens is too large for this model","type":"invalid_request_error","param":"max_tokens","code":null}}"#;
    let invalid = r#"{"error":{"message":"Invalid value for max_tokens","type":"invalid_request_error","param":null,"code":null}}"#;
    let context = |limit: u64| {
        format!(
            "{{\"object\":\"error\",\"message\":\"This model's maximum context length is {limit} tokens. However, you requested 17344 output tokens and your prompt contains at least 900 input tokens, for a total of at least 18244 tokens. Please reduce the length of the input prompt or the number of requested output tokens.\",\"type\":\"BadRequestError\",\"param\":\"max_tokens\",\"code\":400}}"
        )
    };
    let one = ["--set", "providers.openai.limits.max_concurrency=1"];
    let thinking = [&one[..], &["--set", "providers.openai.config.reasoning_effort=low"]].concat();
    for (name, when, body, rows, arguments, most) in [
        ("a named maximum", When::cap_over(16_384), named.to_owned(), 20, &[][..], 2),
        ("no number", When::cap_over(16_384), unnamed.to_owned(), 20, &[], 2),
        ("no number and no word of size", When::cap_over(16_384), invalid.to_owned(), 20, &[], 6),
        (
            "a reason in unknown words",
            When::cap_over(16_384),
            r#"{"error":{"message":"Bzzt","code":17}}"#.to_owned(),
            20,
            &[],
            3,
        ),
        ("no number, and every cap is rejected", When::cap_over(0), unnamed.to_owned(), 20, &[], 3),
        ("the context", When::context_over(8_192), context(8_192), 200, &one, 11),
        ("the context, with thinking", When::context_over(8_192), context(8_192), 20, &thinking, 3),
    ] {
        let script = Script::new().on(when, Then::raw_json(400, body));
        let Ended { output, report, calls, caps } = run_plain(script, rows, arguments);
        assert_eq!(output.code(), 0, "{name}: {caps:?} {}", output.stderr);
        assert_eq!(report["rows"]["enriched"], rows, "{name}");
        assert!(calls <= most, "{name}: {calls} calls, {caps:?}");
    }
}

#[test]
fn calls_become_smaller_while_most_rows_are_invalid() {
    let script = || Script::new().on(When::rows_at_least(6), Then::mutated(Mutation::WrongEnum(String::new())));
    let Ended { output, report, calls, .. } = run(script(), 300, &[]);
    assert_eq!((output.code(), report["rows"]["enriched"].as_u64()), (0, Some(300)), "{}", output.stderr);
    let changes = report["learned"].as_array().unwrap();
    assert_eq!(
        (&changes[0]["what"], &changes[0]["from"], &changes[0]["to"]),
        (&"rows_per_call".into(), &20.into(), &5.into())
    );
    let mut golden = Golden::new("rows_per_call");
    let warnings: Vec<&str> = output.stderr.lines().filter(|line| line.contains("rows a call")).collect();
    golden.add("calls of 20 rows are invalid", &warnings.join("\n"));
    golden.check();
    let off = run(script(), 300, &["--set", "batch.adapt=false"]);
    assert_eq!((off.output.code(), off.report["learned"].as_array().unwrap().len()), (0, 0), "{}", off.output.stderr);
    assert!(calls < off.calls, "{calls} calls, and {} without learning", off.calls);
}

#[test]
fn a_few_invalid_rows_do_not_make_calls_smaller() {
    // Fifteen of 300 rows.
    let wrong = When::unless(When::rejected());
    let script = Script::new().on(wrong, Then::mutated(Mutation::DropItem(3)));
    let Ended { report, calls, .. } = run(script, 300, &[]);
    assert_eq!((calls, report["learned"].as_array().unwrap().len()), (16, 0), "{report}");
}

/// Calls for one refused row of 20: halves of halves, until it is alone.
const CALLS_PER_REFUSAL: usize = 9;

#[test]
fn a_run_through_an_outage_with_refusals_and_wrong_sizes_finishes_by_itself() {
    let too_large = r#"{"error":{"message":"max_tokens is too large: {{cap}}. This model supports at most 2000 completion tokens.","type":"invalid_request_error","param":"max_completion_tokens","code":"invalid_value"}}"#;
    let context = r#"{"object":"error","message":"This model's maximum context length is 4000 tokens. However, you requested {{cap}} output tokens and your prompt contains at least {{prompt}} input tokens, for a total of at least {{total}} tokens.","type":"BadRequestError","param":"max_tokens","code":400}"#;
    // The scale of time is a tenth, so this is an outage of 40 seconds.
    let outage = When::all([When::nth_from(8), When::within(Duration::from_secs(4))]);
    let mut script = Script::new()
        .on(outage, Then::status(503))
        .on(When::cap_over(2_000), Then::raw_json(400, too_large))
        .on(When::context_over(4_000), Then::raw_json(400, context));
    let refused: Vec<usize> = (1..=15).map(|n| n * 20 - 7).collect();
    for number in &refused {
        script = script.on(When::row_contains(topic(*number)), Then::blocked_prompt());
    }
    // One in twenty calls is cut off.
    for nth in (4..400).step_by(20) {
        script = script.on(When::all([When::nth(nth), When::rows_at_least(2)]), Then::mutated(Mutation::CutAfter(1)));
    }
    let Ended { output, report, calls, .. } = run_plain(script, 300, &[]);
    assert_eq!(output.code(), 5, "{}", output.stderr);
    let failed: Vec<Value> = report["failures"].as_array().unwrap().iter().map(|row| row["row"].clone()).collect();
    assert_eq!(failed, refused.iter().map(|row| Value::from(*row)).collect::<Vec<_>>(), "{}", output.stderr);
    assert_eq!(report["rows"]["enriched"], 285);
    // Twenty percent more calls than the batches and the refusals need.
    let most = (15 + refused.len() * CALLS_PER_REFUSAL) * 12 / 10;
    println!("{calls} calls of at most {most}: {}", report["calls"]);
    assert!(calls <= most, "{calls} calls, {most} allowed: {}", report["calls"]);
}
