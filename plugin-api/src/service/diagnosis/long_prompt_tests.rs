//! Prompts that are too long, in the words of many services.

use super::report::FailureReport;
use super::sizes::{TooBig, too_big};
use super::sizes_tests::{Wrong, found, plain};
use crate::error::ReportedSizes;
use serde_json::json;

/// Status and text of prompts that are too long, and the sizes of context and prompt in them.
const TOO_LONG: [(u16, &str, Option<u64>, Option<u64>); 30] = [
    (
        400,
        "litellm.BadRequestError: BedrockException - {\"message\":\"Input is too long for requested model.\"}",
        None,
        None,
    ),
    (400, "Cannot truncate prompt with n_keep (5012) >= n_ctx (4096)", Some(4_096), None),
    (
        400,
        "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 5012>= n_ctx: 4096). Try to load the model with a larger context length, or provide a shorter input.",
        Some(4_096),
        None,
    ),
    (400, "prompt is too long: 210000 tokens > 200000 maximum", Some(200_000), Some(210_000)),
    (
        400,
        "The input token count (1100000) exceeds the maximum number of tokens allowed (1048576).",
        Some(1_048_576),
        Some(1_100_000),
    ),
    (400, "The input token count exceeds the maximum number of tokens allowed 1048576.", Some(1_048_576), None),
    (
        400,
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.",
        Some(8_192),
        Some(9_000),
    ),
    (
        400,
        "This model's maximum context length is 8192 tokens. However, you requested 26344 tokens (9000 in the messages, 17344 in the completion).",
        Some(8_192),
        Some(9_000),
    ),
    (
        400,
        "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300000 tokens. Please reduce the length of the messages.",
        Some(272_000),
        Some(300_000),
    ),
    (
        400,
        "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5000. Try using a shorter prompt, or enable prompt truncating.",
        Some(4_081),
        Some(5_000),
    ),
    (
        400,
        "Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
        Some(32_768),
        Some(40_000),
    ),
    (400, "the input length exceeds the context length", None, None),
    (
        500,
        "the request exceeds the available context size. try increasing the context size or enable context shift",
        None,
        None,
    ),
    (
        400,
        "request (9000 tokens) exceeds the available context size (8192 tokens), try increasing it",
        Some(8_192),
        Some(9_000),
    ),
    (500, "input is too large to process. increase the physical batch size", None, None),
    (
        400,
        "Trying to keep the first 5000 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens, which is not enough.",
        Some(4_096),
        Some(5_000),
    ),
    (
        400,
        "This model's maximum prompt length is 131072 but the request contains 140000 tokens.",
        Some(131_072),
        Some(140_000),
    ),
    (400, "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 30720]", Some(30_720), None),
    (400, "Invalid request: Your request exceeded model token limit: 8192", Some(8_192), None),
    (400, "Input validation error: `inputs` must have less than 4096 tokens. Given: 5000", Some(4_096), Some(5_000)),
    (400, "Too many input tokens. Max input tokens: 8192, request input token count: 9000", Some(8_192), Some(9_000)),
    (
        400,
        "Please reduce the length of the messages or completion. Current length is 9000 while limit is 8192",
        Some(8_192),
        Some(9_000),
    ),
    (413, "Request body too large for gpt-4o model. Max size: 8000 tokens.", Some(8_000), None),
    (400, "prompt token count of 130000 exceeds the limit of 128000", Some(128_000), Some(130_000)),
    (400, "The prompt is too long: 140000, model maximum context length: 131071", Some(131_071), Some(140_000)),
    (400, "The input (9000 tokens) is longer than the model's context length (8192 tokens).", Some(8_192), Some(9_000)),
    (400, "This model supports at most 8192 input tokens, but 9000 were given", Some(8_192), Some(9_000)),
    (400, "Prompt 超长", None, None),
    (413, "Payload Too Large", None, None),
    (422, "Input should have less tokens: the conversation is too long", None, None),
];

#[test]
fn prompts_that_are_too_long() {
    let mut wrong = Wrong::default();
    for (status, message, context, prompt) in TOO_LONG {
        let sizes = ReportedSizes { context_tokens: context, prompt_tokens: prompt, max_output_tokens: None };
        wrong.check(status, &plain(message), Some(TooBig::Prompt(sizes)));
    }
    wrong.end();
    let llama = json!({"error": {"code": 400, "message": "no", "type": "exceed_context_size_error", "n_prompt_tokens": 9000, "n_ctx": 8192}});
    let sizes = ReportedSizes { context_tokens: Some(8_192), prompt_tokens: Some(9_000), max_output_tokens: None };
    assert_eq!(found(400, &llama), Some(TooBig::Prompt(sizes)));
    assert_eq!(too_big(&FailureReport::read(413, None), None), Some(TooBig::Prompt(ReportedSizes::default())));
}
