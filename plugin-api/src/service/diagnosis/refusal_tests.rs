//! Refusals of content in the words of many services, and failures that look like them.

use super::refusal::is_refusal;
use super::report::FailureReport;
use serde_json::{Value, json};

fn nested(message: &str, kind: &str, code: &str) -> Value {
    json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
}

fn plain(message: &str) -> Value {
    json!({"error": {"message": message}})
}

/// Refusals of which only the text tells.
const WORDS: [&str; 18] = [
    "Content Exists Risk",
    "Invalid prompt: your prompt was flagged as potentially violating our usage policy.",
    "Your request was rejected as a result of our safety system.",
    "<400> InternalError.Algo.DataInspectionFailed: Input data may contain inappropriate content.",
    "The request was rejected because it was considered high risk",
    "The content you provided or machine outputted is blocked.",
    "The request failed because the input text may contain sensitive information. Request id: 0217",
    "Input content flagged by safety model: S1",
    "Guardrail was enabled and input is in violation of guardrail policy.",
    "The generated text has been blocked by our content filters.",
    "Input audit failed: the input content does not pass the audit",
    "输入内容审核不通过，涉嫌违规，请重新调整输入内容",
    "The request was rejected by ethics filter",
    "This request was flagged for potentially violating our Acceptable Use Policy",
    "Prohibited content was detected in the prompt",
    "Your input contains harmful language and cannot be processed",
    "The prompt was filtered: hate speech",
    "The prompt could not be submitted. This prompt contains sensitive words that violate Google's Responsible AI practices. Try rephrasing the prompt.",
];

#[track_caller]
fn assert_all(cases: &[(u16, Value)], expected: bool) {
    let read = |(status, body): &&(u16, Value)| FailureReport::read(*status, Some(body));
    let wrong: Vec<_> = cases.iter().filter(|case| is_refusal(&read(case)) != expected).collect();
    assert!(wrong.is_empty(), "expected {expected}: {wrong:#?}");
}

#[test]
fn texts_alone_tell_refusals_under_any_status() {
    let cases: Vec<(u16, Value)> = WORDS
        .iter()
        .flat_map(|text| {
            [(400, plain(text)), (403, json!({ "detail": text })), (422, json!({ "error": text })), (451, plain(text))]
        })
        .collect();
    assert_all(&cases, true);
}

#[test]
fn refusals_are_recognised_under_any_status_and_in_any_form() {
    let invalid = "invalid_request_error";
    let azure = json!({"error": {
        "message": "The response was filtered due to the prompt triggering Azure OpenAI's content management policy. Please modify your prompt and retry.",
        "param": "prompt", "code": "content_filter", "status": 400,
        "innererror": {"code": "ResponsibleAIPolicyViolation", "content_filter_result": {"hate": {"filtered": true}}},
    }});
    let router = json!({"error": {"code": 403, "message": "Flagged", "metadata": {"reasons": ["violence"], "flagged_input": "x"}}});
    let proxy = plain(
        "litellm.BadRequestError: litellm.ContentPolicyViolationError: DeepseekException - {\"error\":{\"message\":\"Content Exists Risk\"}}",
    );
    let guardrail =
        json!({"error": {"message": "{'error': 'Violated guardrail policy', 'bedrock_guardrail_response': 'no'}"}});
    let cases = [
        (400, nested("Content Exists Risk", invalid, invalid)),
        (400, json!({"detail": "Content Exists Risk"})),
        (422, json!({"message": "Content Exists Risk"})),
        (400, json!({"error": "Content Exists Risk"})),
        (
            403,
            json!({"code": "The caller does not have permission to execute the specified operation", "error": "Content violates usage guidelines. Team: 0, API key ID: 0, Model: grok-x, Failed check: SAFETY_CHECK_TYPE_BIO"}),
        ),
        (403, json!({"code": "permission-denied", "error": "Content violates usage guidelines. Team: 0"})),
        (400, azure.clone()),
        (400, json!({"error": azure["error"]["innererror"]})),
        (403, router),
        (400, proxy),
        (400, guardrail),
        (
            400,
            nested(
                "Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt: https://platform.example/docs",
                invalid,
                "invalid_prompt",
            ),
        ),
        (
            400,
            nested(
                "Your request was rejected as a result of our safety system. Your prompt may contain text that is not allowed by our safety system.",
                invalid,
                "content_policy_violation",
            ),
        ),
        (
            400,
            nested("Input data may contain inappropriate content.", "data_inspection_failed", "data_inspection_failed"),
        ),
        (
            400,
            json!({"code": "DataInspectionFailed", "message": "Output data may contain inappropriate content.", "request_id": "1"}),
        ),
        (
            400,
            json!({"contentFilter": [{"level": 1, "role": "user"}], "error": {"code": "1301", "message": "系统检测到输入或生成内容可能包含不安全或敏感内容，请您避免输入易产生敏感内容的提示语"}}),
        ),
        (
            400,
            json!({"error": {"code": "1301", "message": "The system has detected potentially unsafe or sensitive content in input or generation."}}),
        ),
        (400, nested("The request was rejected because it was considered high risk", "content_filter", "")),
        (400, nested("Output blocked by content filtering policy", invalid, "")),
        (
            451,
            json!({"error": {"message": "The content you provided or machine outputted is blocked.", "type": "censorship_blocked"}}),
        ),
        (
            400,
            json!({"error": {"code": "SensitiveContentDetected", "message": "The request failed because the input text may contain sensitive information."}}),
        ),
        (
            400,
            json!({"message": "blocked output: this generation may be potentially harmful or violate our guidelines"}),
        ),
        (200, json!({"base_resp": {"status_code": 1026, "status_msg": "input new_sensitive"}})),
        (200, json!({"error_code": 17, "error_msg": "the content of messages[0] is sensitive"})),
        (400, json!({"errors": [{"code": 2016, "message": "Prompt blocked due to security configurations"}]})),
        (
            446,
            json!({"error": {"message": "The guardrail checks defined in the config failed. You can find more information in the `hook_results` object.", "type": "hooks_failed"}}),
        ),
        (400, nested("Bad request", "content_safety_violation", "")),
        (403, json!({"error": {"code": "moderation_blocked", "message": "Blocked"}})),
        (
            400,
            json!({"title": "Moderation", "detail": "Request refused: the text goes against our community guidelines"}),
        ),
    ];
    assert_all(&cases, true);
}

#[test]
fn other_failures_are_not_taken_for_refusals() {
    let invalid = "invalid_request_error";
    let cases = [
        (
            403,
            json!({"code": "permission-denied", "error": "Access to the chat endpoint is denied. Please ensure you're using the correct credentials."}),
        ),
        (401, plain("Incorrect API key provided: content-policy")),
        (401, plain("Your account has been deactivated due to violations of our usage policies")),
        (403, plain("Your account was suspended for a violation of our content policy")),
        (403, plain("This organization has been disabled because it violated our usage policies.")),
        (
            403,
            plain(
                "Your access was terminated due to violation of our policies, please check your email for more information.",
            ),
        ),
        (403, plain("Project does not have access to model gpt-x")),
        (403, nested("Organization policy requires data to stay in the region", invalid, "")),
        (403, plain("Operation denied by org policy: Violation of constraint constraints/vertexai.allowedModels")),
        (404, plain("No endpoints found matching your data policy. Configure: https://x.example/settings/privacy")),
        (403, plain("You are not allowed to sample from this model")),
        (403, plain("Country, region, or territory not supported")),
        (400, plain("User location is not supported for the API use.")),
        (403, plain("The model is not available in your region due to policy; region is restricted")),
        (400, plain("Unsupported content-type: text/plain")),
        (400, plain("Invalid content type. image_url is only supported by certain models.")),
        (400, plain("Safety settings not supported by this model")),
        (
            400,
            plain(
                "Invalid value at 'safety_settings[0].threshold' (type.googleapis.com/x.HarmBlockThreshold), \"NEVER\"",
            ),
        ),
        (400, plain("Unknown name \"safetySettings\": Cannot find field.")),
        (413, plain("Maximum content size limit exceeded")),
        (400, plain("content length exceeds the limit")),
        (400, plain("messages[0].content must be a string")),
        (400, plain("The content field is required")),
        (400, plain("Invalid prompt: messages must be non-empty")),
        (
            400,
            nested(
                "Invalid 'messages[1].content': string too long. Expected a string with maximum length 10.",
                invalid,
                "string_above_max_length",
            ),
        ),
        (400, nested("Invalid schema for response_format 'rows': 'prohibited' is not permitted", invalid, "")),
        (400, plain("The guardrail identifier or version provided in the request does not exist.")),
        (400, plain("The model `omni-moderation-latest` does not support chat completions")),
        (400, plain("header names are case sensitive")),
        (
            400,
            plain(
                "The model requires terms acceptance. Please have the org admin accept the terms at https://x.example/policies",
            ),
        ),
        (429, plain("Rate limit reached: content policy checks are throttled")),
        (429, plain("Your request was flagged; slow down")),
        (402, plain("Insufficient balance; blocked by risk policy")),
        (400, plain("Parameter 'logprobs' is prohibited for this model")),
        (400, plain("Unsupported parameter: 'temperature' is not supported with this model.")),
        (400, plain("Input is too long for requested model.")),
        (
            400,
            plain(
                "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens.",
            ),
        ),
        (400, plain("response violates the JSON schema")),
        (500, plain("Internal server error")),
        (503, plain("Loading model")),
        (403, json!({})),
        (403, plain("Access denied by security policy")),
        (
            422,
            json!({"detail": [{"loc": ["body", "messages"], "msg": "Field required", "input": {"message": "unsafe content"}}]}),
        ),
    ];
    assert_all(&cases, false);
    assert!(!is_refusal(&FailureReport::read(403, None)));
}

#[test]
fn texts_about_the_account_name_it() {
    let names = |message: &str| {
        let body = serde_json::json!({"error": {"message": message}});
        super::refusal::names_account(&FailureReport::read(403, Some(&body)))
    };
    for message in [
        "Invalid API key",
        "Your account has been suspended for violating our usage policies",
        "Your API key was reported as leaked. Please use another API key.",
        "Access to the chat endpoint is denied. Please ensure you're using the correct credentials.",
        "Your organization must be verified to use this model",
        "Permission denied: Consumer 'api_key:example' has been suspended.",
        "The caller does not have permission",
        "Insufficient account balance",
        "Token has expired",
        "apiKey is disabled",
        "invalid x-api-key",
        "Billing is not enabled for this project",
        "Access denied, please make sure your account is in good standing.",
        "Your subscription has expired",
        "Workspace is frozen",
        "Su cuenta ha sido suspendida",
        "账户已被禁用",
    ] {
        assert!(names(message), "{message}");
    }
    for message in [
        "Forbidden",
        "Content violates usage guidelines. Failed check: SAFETY",
        "Request denied",
        "Content violates usage guidelines. Your account may be suspended if this continues.",
    ] {
        assert!(!names(message), "{message}");
    }
}
