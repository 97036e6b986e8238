//! Recognises the part of a request that a model does not accept.

use super::patterns::Patterns;
use super::report::FailureReport;
use std::sync::LazyLock;

/// A part of a request that some models do not accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestPart {
    /// A system text of its own.
    SystemText,
    /// The role `developer` of the system text.
    DeveloperRole,
    /// JSON mode, with or without a schema.
    JsonMode,
    /// The strictness of a schema.
    Strict,
    /// The output cap under the name `max_tokens`.
    MaxTokens,
    /// The output cap under the name `max_completion_tokens`.
    MaxCompletionTokens,
    /// The sampling temperature.
    Temperature,
    /// Nucleus sampling.
    TopP,
    /// Sampling from the likeliest tokens.
    TopK,
    /// The seed of the random number generator.
    Seed,
    /// Storing the exchange at the service.
    Store,
    /// The reasoning effort.
    ReasoningEffort,
    /// The thinking budget or level.
    Thinking,
    /// Thresholds of the safety filters.
    SafetySettings,
}

/// Statuses of requests that a service rejects for one of their parts.
const STATUSES: [u16; 3] = [400, 404, 422];

/// Words that reject a part, whatever its value.
static REJECTED: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"not (?:enabled|supported|available|allowed|permitted|accepted|implemented|compatible)|isn't (?:enabled|supported)|unsupported|incompatible",
        r"(?:does not|doesn't|do not|cannot|can't|don't) (?:support|accept|allow|be used|use|have|handle)",
        r"unknown (?:name|field|parameter|argument|key)|unrecogni[sz]ed|unexpected (?:keyword|role|field|parameter|property|item)|cannot find field|no such (?:field|parameter)",
        r"extra (?:inputs|fields|properties)|additional properties|extra_forbidden|extra inputs",
        r"invalid (?:role|parameter|argument)|deprecated|no longer|only (?:supports?|the default)|unavailable|no endpoints found that support",
        r"roles must alternate|must (?:be|start with)[^.]{0,20}(?:user|one of)|input should be 'system'",
        r"response_?format[a-z._']{0,8} must be",
    ])
});

/// Patterns of each part, the most exact first.
static PARTS: LazyLock<Vec<(RequestPart, Patterns)>> = LazyLock::new(|| {
    use RequestPart as Part;
    let parts: [(Part, &[&str]); 14] = [
        (
            Part::MaxTokens,
            &[
                r"max_tokens\W[^.]{0,120}(?:\.|instead|use)[^.]{0,20}max_completion_tokens",
                r"use .?max_completion_tokens",
            ],
        ),
        (Part::MaxCompletionTokens, &[r"max_completion_tokens"]),
        (Part::MaxTokens, &[r"\bmax_tokens\b"]),
        (Part::DeveloperRole, &[r"role[^.]{0,60}developer|developer[^.]{0,40}role|\.role[^.]{0,40}'developer'"]),
        (
            Part::SystemText,
            &[
                r"developer instruction|system[_ ]?instruction|system[_ ]?(?:role|message|prompt)|role[^.]{0,30}system\b|roles must alternate",
            ],
        ),
        (
            Part::JsonMode,
            &[
                r"json ?mode|response_?mime_?type|response mime|response_?json_?schema|response_?schema|response_format|structured output|json_object",
            ],
        ),
        (Part::Strict, &[r"\bstrict\b"]),
        (Part::Thinking, &[r"thinking_?config|thinking_?(?:budget|level)|\bthinking (?:budget|level|is|mode)"]),
        (Part::ReasoningEffort, &[r"reasoning[_. ]?effort|\breasoning\b"]),
        (Part::Temperature, &[r"\btemperature\b"]),
        (Part::TopP, &[r"\btop_?p\b"]),
        (Part::TopK, &[r"\btop_?k\b"]),
        (Part::Seed, &[r"\bseed\b"]),
        (Part::Store, &[r"\bstore\b"]),
    ];
    let mut parts: Vec<(Part, Patterns)> =
        parts.into_iter().map(|(part, sources)| (part, Patterns::new(sources))).collect();
    parts.push((Part::SafetySettings, Patterns::new(&[r"safety_?settings?"])));
    parts
});

/// Returns the part of the request that a failure rejects.
pub(super) fn rejected_part(report: &FailureReport) -> Option<RequestPart> {
    if !STATUSES.contains(&report.status) {
        return None;
    }
    let text =
        format!("{}\n{}\n{}", report.texts, report.message.to_lowercase(), report.codes.join("\n").to_lowercase());
    if !REJECTED.matches(&text) {
        return None;
    }
    PARTS.iter().find(|(_, patterns)| patterns.matches(&text)).map(|(part, _)| *part)
}

#[cfg(test)]
mod tests {
    use super::*;
    use RequestPart as Part;
    use serde_json::json;

    #[test]
    fn parts_are_named_in_many_words() {
        for (message, part) in [
            ("Developer instruction is not enabled for models/gemma-3-27b-it", Part::SystemText),
            ("System instruction is not supported for this model", Part::SystemText),
            ("System role not supported", Part::SystemText),
            ("This model does not support system messages", Part::SystemText),
            ("Conversation roles must alternate user/assistant/user/assistant/...", Part::SystemText),
            ("JSON mode is not enabled for models/gemma-3-27b-it", Part::JsonMode),
            (
                "Invalid JSON payload received. Unknown name \"responseJsonSchema\" at 'generation_config': Cannot find field.",
                Part::JsonMode,
            ),
            ("This response_format type is unavailable now", Part::JsonMode),
            (
                "Invalid parameter: 'response_format' of type 'json_object' is not supported with this model.",
                Part::JsonMode,
            ),
            ("'response_format.type' must be 'json_schema' or 'text'", Part::JsonMode),
            (
                "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
                Part::MaxTokens,
            ),
            ("Unrecognized request argument supplied: max_completion_tokens", Part::MaxCompletionTokens),
            (
                "Unsupported value: 'temperature' does not support 0.2 with this model. Only the default (1) value is supported.",
                Part::Temperature,
            ),
            ("temperature: Extra inputs are not permitted", Part::Temperature),
            ("`top_p` is deprecated for this model.", Part::TopP),
            ("Unknown name \"thinkingConfig\" at 'generation_config': Cannot find field.", Part::Thinking),
            ("Thinking budget is not supported for this model.", Part::Thinking),
            (
                "Unsupported value: 'messages[0].role' does not support 'developer' with this model.",
                Part::DeveloperRole,
            ),
            ("Unexpected role 'developer'", Part::DeveloperRole),
            ("Unsupported parameter: 'reasoning_effort' is not supported with this model.", Part::ReasoningEffort),
            ("seed is not supported", Part::Seed),
            ("Unrecognized request argument supplied: store", Part::Store),
            ("`strict` is not supported by this model", Part::Strict),
        ] {
            for body in [json!({"error": {"message": message}}), json!({"detail": message}), json!({"error": message})]
            {
                assert_eq!(rejected_part(&FailureReport::read(400, Some(&body))), Some(part), "{body}");
            }
        }
        let pydantic = json!({"detail": [{"type": "extra_forbidden", "loc": ["body", "store"], "msg": "Extra inputs are not permitted"}]});
        assert_eq!(rejected_part(&FailureReport::read(422, Some(&pydantic))), Some(Part::Store));
    }

    #[test]
    fn other_failures_name_no_part() {
        for (status, message) in [
            (400, "Invalid request"),
            (400, "max_tokens is too large: 17344"),
            (400, "temperature must be between 0 and 2"),
            (401, "system role not supported"),
            (429, "seed is not supported"),
            (400, "The image is not supported"),
        ] {
            let report = FailureReport::read(status, Some(&json!({"error": {"message": message}})));
            assert_eq!(rejected_part(&report), None, "{status} {message}");
        }
    }
}
