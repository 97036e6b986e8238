//! Failures of many services, each with the kind that the host must act on.

use super::{AskedFor, Diagnosis, FailureReport};
use crate::error::ErrorKind::{
    self, Auth, BadRequest, Billing, Blocked, NotFound, OutputLimit, QuotaExhausted, Retryable, SchemaRejected,
    TooLarge,
};
use crate::http::HttpResponse;
use serde_json::json;

const CASES: [(u16, &str, ErrorKind); 111] = [
    // Refused content.
    (400, "The prompt you provided was flagged by our moderation system.", Blocked),
    (403, "This request violates our terms of service: illegal content", Blocked),
    (400, "Request blocked by content safety filter", Blocked),
    (400, "Sorry, your message contains prohibited words", Blocked),
    (400, "Detected sensitive information in the request", Blocked),
    (400, "Content moderation check failed", Blocked),
    (403, "Your prompt was rejected: category sexual/minors", Blocked),
    (400, "The content of the message violates our policies", Blocked),
    (400, "Input text is not allowed by our usage policy", Blocked),
    (422, "content_policy_violation", Blocked),
    (400, "PROHIBITED_CONTENT", Blocked),
    (400, "Response blocked due to safety", Blocked),
    (400, "Your request contains content that may be unsafe", Blocked),
    (400, "potentially harmful content detected, request denied", Blocked),
    (400, "Message failed safety inspection", Blocked),
    (400, "inappropriate_content", Blocked),
    (403, "Content Policy: this text cannot be processed", Blocked),
    (400, "We cannot process this content because it goes against our guidelines", Blocked),
    (500, "upstream error: content_filter", Blocked),
    (400, "input_moderation: text flagged", Blocked),
    (400, "The query was intercepted because it may involve illegal or violent topics", Blocked),
    (422, "Prompt rejected: self-harm", Blocked),
    (400, "model refused: policy violation in user message", Blocked),
    (403, "Blocked by guardrails", Blocked),
    (400, "text was censored", Blocked),
    (400, "unsafe prompt", Blocked),
    (400, "high_risk_content", Blocked),
    // Keys, permissions, accounts, regions.
    (403, "Forbidden", Auth),
    (403, "Your API key does not have access to this model", Auth),
    (403, "Access denied: IP not in allow list", Auth),
    (403, "Permission denied on resource project x", Auth),
    (403, "Requests from your country are blocked", Auth),
    (403, "The security token included in the request is invalid", Auth),
    (403, "Your organization must be verified to use this model", Auth),
    (403, "Model access is denied due to organization policy", Auth),
    (403, "You have been blocked by our firewall", Auth),
    (401, "Unauthorized", Auth),
    (400, "API key expired. Please renew the API key.", Auth),
    (403, "This account has been flagged for suspicious activity", Auth),
    (403, "Token does not have the required scope", Auth),
    (403, "Your subscription does not include this model", Auth),
    (403, "Policy: your workspace restricts this endpoint", Auth),
    (403, "User is not authorized to perform: bedrock:InvokeModel", Auth),
    // Mistakes in the request.
    (400, "Invalid content type", BadRequest),
    (415, "Unsupported Media Type: content-type must be application/json", BadRequest),
    (400, "content must be a string or a list of parts", BadRequest),
    (400, "safety_settings: invalid category", BadRequest),
    (400, "'messages' is a required property", BadRequest),
    (400, "Invalid value for 'temperature': must be at most 2", BadRequest),
    (400, "The model does not support images as input", BadRequest),
    (400, "Request contains an invalid argument.", BadRequest),
    (422, "body.messages: Field required", BadRequest),
    (400, "Invalid role: 'tool' messages must follow tool calls", BadRequest),
    (400, "Unsupported content type in messages[0].content[1]", BadRequest),
    (400, "moderation model is not available", BadRequest),
    (400, "prompt_cache_key is not supported", BadRequest),
    (400, "The parameter `prompt` is missing", BadRequest),
    (400, "Invalid JSON in request body: unexpected token at line 1", BadRequest),
    // Sizes.
    (400, "max_tokens must be <= 4096", OutputLimit),
    (400, "The requested max_tokens (17344) exceeds the model's limit of 8192 output tokens", OutputLimit),
    (422, "max_completion_tokens: ensure this value is less than or equal to 8192", OutputLimit),
    (400, "max_output_tokens cannot be greater than 8192", OutputLimit),
    (400, "Value for max_tokens is too high, maximum allowed is 4000", OutputLimit),
    (400, "maxTokens exceeds the limit of 4096 for this model", OutputLimit),
    (400, "Total tokens of prompt and max_tokens exceed the context window", OutputLimit),
    (400, "Input exceeds the model's context window", TooLarge),
    (400, "Your input exceeds the context window of this model. Please adjust your input and try again.", TooLarge),
    (400, "context length exceeded: 9000 > 8192", TooLarge),
    (400, "The prompt exceeds the maximum length", TooLarge),
    (400, "Prompt length exceeds max_model_len", TooLarge),
    (413, "Request Entity Too Large", TooLarge),
    (400, "request too large", TooLarge),
    (400, "Too many tokens in prompt", TooLarge),
    (400, "This model supports at most 8192 input tokens, but 9000 were given", TooLarge),
    (500, "prompt is too long for the model", TooLarge),
    (422, "inputs too long: 9000 tokens, the limit is 8192", TooLarge),
    (400, "Requested tokens (18244) exceed context window of 8192", OutputLimit),
    (400, "output length 17344 is larger than the maximum 4096 output tokens", OutputLimit),
    (400, "Token count 9000 exceeds the limit 8192", TooLarge),
    (400, "The context is full", TooLarge),
    (400, "Your message is too long, please shorten it", TooLarge),
    // Limits, quotas, credit.
    (429, "Too Many Requests", Retryable),
    (429, "Rate limit exceeded, retry later", Retryable),
    (429, "Requests per minute limit exceeded", Retryable),
    (429, "You exceeded your current rate limit of 20 requests per minute", Retryable),
    (503, "The model is overloaded. Please try again later.", Retryable),
    (500, "Internal Server Error", Retryable),
    (502, "Upstream connect error", Retryable),
    (429, "Daily request limit reached", QuotaExhausted),
    (429, "Monthly quota exceeded", QuotaExhausted),
    (429, "You have exceeded 500 requests/day", QuotaExhausted),
    (429, "Quota exceeded for quota metric 'Generate requests' and limit 'requests per day per user'", QuotaExhausted),
    (429, "Free tier limit: 50 requests per day", QuotaExhausted),
    (429, "You have reached your limit of 100 requests per 24 hours", QuotaExhausted),
    (429, "Quota exhausted, resets tomorrow", QuotaExhausted),
    (429, "Limit reached. Resets at midnight UTC", QuotaExhausted),
    (429, "Tageslimit erreicht", QuotaExhausted),
    (429, "Has alcanzado el límite diario", QuotaExhausted),
    (429, "1日の上限に達しました", QuotaExhausted),
    (402, "Payment Required", Billing),
    (403, "Insufficient funds, please top up", Billing),
    (429, "Neuron allocation for today is used up", QuotaExhausted),
    (429, "weekly limit reached, resets Monday", QuotaExhausted),
    (429, "tokens per min exceeded, upgrade for a higher daily limit", Retryable),
    (429, "concurrency limit reached", Retryable),
    (402, "Your account is out of credits", Billing),
    (400, "Credit balance too low", Billing),
    // Others.
    (404, "The model `x` does not exist", NotFound),
    (404, "model 'x' not found, try pulling it first", NotFound),
    (400, "Invalid schema for response_format 'rows'", SchemaRejected),
    (400, "The specified schema produces a constraint that has too many states for serving", SchemaRejected),
];

#[test]
fn each_wording_has_its_kind_in_every_form() {
    let mut wrong = Vec::new();
    for (status, text, expected) in CASES {
        for body in [
            json!({"error": {"message": text}}),
            json!({"message": text}),
            json!({"error": text}),
            json!({"detail": text}),
        ] {
            let asked = AskedFor { schema: true, output_cap: Some(17_344) };
            let report = FailureReport::read(status, Some(&body));
            let kind = Diagnosis::of(&report, &HttpResponse::new(status, ""), asked).kind;
            if kind != expected {
                wrong.push(format!("{status} {body}: {kind:?}, not {expected:?}"));
                break;
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
