//! Sizes in the words of many services, and failures that look like them.

use super::report::FailureReport;
use super::sizes::{TooBig, too_big};
use crate::error::ReportedSizes;
use serde_json::{Value, json};

const ASKED: u32 = 17_344;

pub(super) fn found(status: u16, body: &Value) -> Option<TooBig> {
    too_big(&FailureReport::read(status, Some(body)), Some(ASKED))
}

/// Cases with another outcome than expected, so that one run shows all of them.
#[derive(Default)]
pub(super) struct Wrong(Vec<String>);

impl Wrong {
    pub(super) fn check(&mut self, status: u16, body: &Value, expected: Option<TooBig>) {
        let found = found(status, body);
        if found != expected {
            self.0.push(format!("{status} {body}\n  found {found:?}\n  not {expected:?}"));
        }
    }

    #[track_caller]
    pub(super) fn end(self) {
        assert!(self.0.is_empty(), "{}", self.0.join("\n"));
    }
}

pub(super) fn plain(message: &str) -> Value {
    json!({"error": {"message": message, "type": "invalid_request_error"}})
}

#[test]
fn output_caps_over_the_maximum_of_the_model() {
    let mut wrong = Wrong::default();
    for (message, limit) in [
        (
            "max_tokens is too large: 17344. This model supports at most 16384 completion tokens, whereas you provided 17344.",
            Some(16_384),
        ),
        ("Invalid max_tokens value, the valid range of max_tokens is [1, 8192]", Some(8_192)),
        ("max_tokens must be in the range [1, 8192]", Some(8_192)),
        ("Invalid value for max_tokens", None),
        ("The parameter `max_tokens` is invalid", None),
        ("max_output_tokens: illegal parameter", None),
        ("<400> InternalError.Algo.InvalidParameter: Range of max_tokens should be [1, 8192]", Some(8_192)),
        (
            "Unable to submit request because it has a maxOutputTokens value of 17344 but the supported range is from 1 (inclusive) to 8193 (exclusive). Update the value and try again.",
            Some(8_192),
        ),
        ("maxOutputTokens must be in the range from 1 (inclusive) to 8192 (inclusive)", Some(8_192)),
        (
            "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window` for this model",
            Some(8_192),
        ),
        ("max_completion_tokens must be less than or equal to 8192", Some(8_192)),
        ("max_tokens must be less than 8193", Some(8_192)),
        ("max_tokens: 17344 > 8192, which is the maximum allowed number of output tokens for claude-x", Some(8_192)),
        (
            "too many tokens: max tokens must be less than or equal to 4096, the maximum output length for this model - received 17344.",
            Some(4_096),
        ),
        (
            "The maximum tokens you requested exceeds the model limit of 4096. Try again with a maximum tokens value that is lower than 4096.",
            Some(4_096),
        ),
        ("max_tokens 过大", None),
        ("max_tokens 不能超过 2000", Some(2_000)),
        ("The requested output length is beyond what this model supports", None),
        ("Requested completion length 17344 exceeds limit of 2000", Some(2_000)),
        ("max_tokens は 2000 以下にしてください", Some(2_000)),
        ("max_tokens doit être inférieur ou égal à 2000", Some(2_000)),
        ("max_tokens darf höchstens 2000 sein", Some(2_000)),
        ("max_tokens debe ser menor o igual a 2000", Some(2_000)),
        ("The maximum number of output tokens is 2,000 but 17344 were requested.", Some(2_000)),
        ("max_tokens must not exceed 131,072", Some(131_072)),
        ("max_tokens should be between 1 and 8192", Some(8_192)),
        (
            "Invalid 'max_output_tokens': integer above maximum value. Expected a value <= 8192, but got 17344 instead.",
            Some(8_192),
        ),
        ("Requests with max_tokens > 4096 must have stream=true", Some(4_096)),
        ("The value of max_tokens (17344) is larger than the maximum of 8192", Some(8_192)),
        ("max_tokens 17344 exceeds the maximum output length 8192", Some(8_192)),
        ("max_new_tokens must be <= 2048", Some(2_048)),
        ("max_tokens is too large", None),
        ("The value of `max_tokens` exceeds the model's maximum", None),
        ("num_predict is too large: 17344", None),
        ("max_tokens参数非法。请检查文档。", None),
    ] {
        for (status, body) in [
            (400, plain(message)),
            (422, json!({"object": "error", "message": message, "code": 400})),
            (400, json!({ "detail": message })),
            (500, plain(&format!("litellm.BadRequestError: XException - {{\"error\":{{\"message\":\"{message}\"}}}}"))),
        ] {
            let sizes = ReportedSizes { max_output_tokens: limit, ..ReportedSizes::default() };
            wrong.check(status, &body, Some(TooBig::OutputCap(sizes)));
        }
    }
    wrong.end();
    let pydantic = json!({"detail": [{"loc": ["body", "max_tokens"], "msg": "Input should be less than or equal to 8192", "ctx": {"le": 8192}}]});
    assert!(matches!(found(422, &pydantic), Some(TooBig::OutputCap(sizes)) if sizes.max_output_tokens == Some(8_192)));
}

#[test]
fn prompt_and_cap_over_the_context() {
    let mut wrong = Wrong::default();
    for (message, context, prompt) in [
        (
            "This model's maximum context length is 8192 tokens. However, you requested 17344 output tokens and your prompt contains at least 900 input tokens, for a total of at least 18244 tokens. Please reduce the length of the input prompt or the number of requested output tokens.",
            8_192,
            900,
        ),
        (
            "This model's maximum context length is 8192 tokens. However, you requested 18244 tokens (900 in the messages, 17344 in the completion). Please reduce the length of the messages or completion.",
            8_192,
            900,
        ),
        (
            "This model's maximum context length is 8192 tokens. However, you requested 18244 tokens (600 in the messages, 300 in the functions, and 17344 in the completion).",
            8_192,
            900,
        ),
        (
            "'max_tokens' or 'max_completion_tokens' is too large: 17344. This model's maximum context length is 8192 tokens and your request has 900 input tokens (17344 > 8192 - 900).",
            8_192,
            900,
        ),
        (
            "'max_tokens' is too large: 17344. This model's maximum context length is 8192 tokens and your request has 900 input tokens",
            8_192,
            900,
        ),
        (
            "input length and `max_tokens` exceed context limit: 900 + 17344 > 8192, decrease input length or `max_tokens` and try again",
            8_192,
            900,
        ),
        (
            "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8192. Given: 900 `inputs` tokens and 17344 `max_new_tokens`",
            8_192,
            900,
        ),
        (
            "This endpoint's maximum context length is 8192 tokens. However, you requested about 18244 tokens (900 of text input, 17344 in the output). Please reduce the length of either one, or use the \"middle-out\" transform.",
            8_192,
            900,
        ),
        (
            "Requested generation length 17344 is not possible! The provided prompt is 900 tokens long, so generating 17344 tokens requires a sequence length of 18244, but the maximum supported sequence length is just 8192!",
            8_192,
            900,
        ),
        (
            "The maximum context length of x is 8192. However, answering your request will take 18244 tokens. Please reduce the length of the messages or the specified max_completion_tokens value.",
            8_192,
            900,
        ),
        (
            "5021: The estimated number of input and maximum output tokens (18244) exceeded this model context window limit (8192).",
            8_192,
            900,
        ),
    ] {
        let sizes =
            ReportedSizes { context_tokens: Some(context), prompt_tokens: Some(prompt), max_output_tokens: None };
        for body in [plain(message), json!({"object": "error", "message": message, "param": "max_tokens", "code": 400})]
        {
            wrong.check(400, &body, Some(TooBig::OutputCap(sizes)));
        }
    }
    wrong.end();
}

#[test]
fn limits_per_minute_are_sizes_only_when_the_call_alone_is_over_them() {
    let sizes = |limit, prompt| ReportedSizes {
        context_tokens: Some(limit),
        prompt_tokens: Some(prompt),
        max_output_tokens: None,
    };
    let alone = "Request too large for model `x` in organization `org` service tier `on_demand` on tokens per minute (TPM): Limit 6000, Requested 9000, please reduce your message size and try again.";
    let with_cap = "Request too large for x in organization y on tokens per min (TPM): Limit 6000, Requested 18244. The input or output tokens must be reduced in order to run successfully.";
    let shared = "Rate limit reached for model `x` on tokens per minute (TPM): Limit 6000, Used 5000, Requested 2000. Please try again in 10s. Need more tokens? Upgrade today.";
    for status in [413, 429] {
        assert_eq!(found(status, &plain(alone)), Some(TooBig::Prompt(sizes(6_000, 9_000))), "{status}");
        assert_eq!(found(status, &plain(with_cap)), Some(TooBig::OutputCap(sizes(6_000, 900))), "{status}");
    }
    for message in [
        shared,
        "Too many tokens, please wait before trying again.",
        "Token limit per minute exceeded",
        "Too many requests",
    ] {
        assert_eq!(found(429, &plain(message)), None, "{message}");
    }
}

#[test]
fn other_failures_are_not_about_sizes() {
    let mut wrong = Wrong::default();
    for (status, message) in [
        (
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
        ),
        (400, "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 5 instead."),
        (400, "max_tokens must be greater than or equal to 1"),
        (400, "max_tokens: Extra inputs are not permitted"),
        (400, "Unsupported value: 'temperature' must be less than 2"),
        (400, "top_k must be less than or equal to 40"),
        (400, "Too many requests in a short time, rate limit exceeded"),
        (500, "The request took too long to process"),
        (503, "The model is overloaded, too many tokens per minute, please wait"),
        (400, "Invalid schema: the grammar is too large"),
        (400, "Invalid 'metadata': string too long"),
        (400, "You exceeded your current quota"),
        (401, "prompt is too long"),
        (404, "max_tokens is too large"),
        (400, "Bad request"),
        (403, "Access denied"),
        (502, "Bad gateway"),
    ] {
        wrong.check(status, &plain(message), None);
    }
    wrong.end();
}
