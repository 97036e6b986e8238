//! Recognises prompts that are too long and output caps that are too large, in the words of any service, with the
//! numbers that they contain.
//!
//! The two have different cures: fewer rows, or a smaller cap. A sum of prompt and cap over the context is a cap that is
//! too large when the prompt alone fits.

use super::patterns::Patterns;
use super::report::FailureReport;
use super::size_numbers::{Numbers, plain};
use crate::error::ReportedSizes;
use std::sync::LazyLock;

/// The part of a call that is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TooBig {
    /// The prompt.
    Prompt(ReportedSizes),
    /// The output cap.
    OutputCap(ReportedSizes),
}

/// Codes of prompts that are too long.
const CODES: [&str; 13] = [
    "context_length_exceeded",
    "exceed_context_size_error",
    "request_too_large",
    "string_above_max_length",
    "tokens_limit_reached",
    "model_max_prompt_tokens_exceeded",
    "context_window_exceeded",
    "ContextWindowExceededError",
    "max_context_length_exceeded",
    "prompt_too_long",
    "payload_too_large",
    "input_too_long",
    "RequestTooLarge",
];
/// Statuses of failures that may be about sizes although the status names another cause.
const STATUSES: [u16; 8] = [400, 403, 413, 422, 424, 500, 502, 503];

/// Names of the output cap.
static CAP: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"max[_ ]?(?:new|completion|output|generation|gen)?[_ ]?(?:tokens?\b|length\b)|max(?:output|new|completion)?tokens|max_tokens_to_sample",
        r"\bn(?:um)?_predict\b|generation length|maximum tokens you requested",
        r"(?:output|completion|generated) tokens|(?:output|completion) (?:length|limit|size)|max(?:imum)? (?:output|completion|generation)\b",
    ])
});

/// Words of a value that is too large.
static TOO_HIGH: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"too (?:large|high|big|many|long)|exceed|\babove\b|greater than|larger than|higher than|\bover the\b|more than|out of (?:range|bounds)",
        r"less than|<= ?\d|lower than|at most|maximum value|no more than|\bup to\b|smaller than",
        r"\brange\b|\bbetween\b|must not|cannot be|\[ ?\d+ ?, ?\d+ ?[\])]|> ?\d+",
        r"参数非法|超(?:出|过|限)|不能大于|范围",
        r"above maximum|must have stream|\bbeyond\b|but \d+ (?:were|was|is|are) (?:requested|given|asked)|maximum (?:allowed|permitted)|\d tokens?, \d+ requested",
        r"过(?:大|高|多|长)|上限|不得|不能超|以下|以内|超え|大きすぎ|초과|이하",
        r"inférieur|dépass|au plus|höchstens|überschreit|zu (?:gross|groß|hoch)|kleiner|(?:como|no) máximo|máxim[oa]|supera|excede|menor|inferior|mayor que|превыша|не более|massimo|maggiore",
        r"\b(?:invalid|illegal|incorrect|bad|wrong) (?:value|parameter|argument|max)|(?:is|are) (?:invalid|illegal|not valid)|not a valid",
    ])
});

/// Mistakes in the name or the lower bound of the cap, which a smaller cap does not cure.
static OTHER_CAP: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"(?:un|not )supported|unrecogni[sz]ed|unknown|not permitted|use .{0,4}max_completion_tokens|extra (?:inputs|fields)",
        r"below minimum|greater than (?:or equal to )?[01]\b|at least 1\b|must be positive|>= ?\d|is too small|must be an integer|not of type",
        r"per (?:minute|min|second|hour|day)\b.{0,200}(?:try again|retry|wait)",
    ])
});

/// Words of a prompt that is too long.
static TOO_LONG: LazyLock<Patterns> = LazyLock::new(|| {
    const WHOLE: &str = "prompt|input|inputs|messages?|request|context|conversation|payload|body|entity|text|query|tokens?|sequence|file";
    let sources = [
        format!(r"\b(?:{WHOLE})\b[^.;]{{0,60}}(?:too (?:long|large|big)|too many tokens|longer than|larger than|overflow)"),
        format!(r"\b(?:{WHOLE})\b[^.;]{{0,80}}(?:exceed\w*|is over|above|greater than)[^.]{{0,80}}\b(?:length|tokens?|context|window|size|limit of \d)"),
        format!(r"\b(?:{WHOLE})\b[^.;]{{0,60}}exceed\w*[^.]{{0,40}}\b(?:maximum|model)"),
        r"(?:maximum|max|available|model'?s?)(?: \w+){0,2} (?:context|prompt|input|sequence) ?(?:length|size|window|tokens)".to_owned(),
        r"context (?:length|size|window|limit)[^.]{0,60}(?:exceed|only|not enough|too small|insufficient|full|overflow)|exceed\w*[^.]{0,60}context".to_owned(),
        r"context the overflows|reduce (?:the |your )?(?:length|size|message|prompt|input)|shorter (?:input|prompt)|fewer inputs".to_owned(),
        r"maximum number of (?:input )?tokens|max(?:imum)? (?:input|prompt) tokens|input tokens exceed|too many input tokens|token limit".to_owned(),
        r">=? ?n_ctx|(?:cannot|could not|unable to) truncate (?:the )?(?:prompt|input|context)".to_owned(),
        r"range of input length|less than \d+ tokens|prompt token count|number of tokens to keep".to_owned(),
        r"too many tokens|max.model.len|context is full|token count[^.]{0,30}exceed|at most \d+ (?:input|prompt) tokens".to_owned(),
        r"(?:prompt|input|context|message|sequence) (?:length|size|tokens?) exceed".to_owned(),
        r"超长|(?:输入|提示|上下文|文本)[^。]{0,20}(?:过长|超(?:出|过|限))".to_owned(),
    ];
    Patterns::new(&sources.each_ref().map(String::as_str))
});

/// Texts about time, rates, or another part of the request.
static OTHER: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"took too long|timed? ?out|deadline",
        r"too many requests|rate limit|per[ _-](?:minute|min|second|hour|day)|quota|throttl|please wait|try again in",
        r"'(?:user|metadata|tools?|seed|stop|name|model)[^']{0,40}'|\btool\b|\bschema\b|\bgrammar\b|file name|header",
    ])
});

/// A call over a limit of tokens per minute, which no wait cures.
static OVER_A_RATE: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[r"request too large|single request|larger than (?:the|your)[^.]{0,40}limit|must be reduced"])
});

/// Returns the part of a call that is too large; `output_cap` is the cap that the call asked for.
pub(super) fn too_big(report: &FailureReport, output_cap: Option<u32>) -> Option<TooBig> {
    let text = plain(&report.texts);
    let numbers = Numbers::find(&text, report, output_cap.map(u64::from));
    if report.status == 429 || (report.status == 413 && numbers.rate.is_some()) {
        return over_a_rate(&text, &numbers, output_cap);
    }
    let is_known = report.has_code(&CODES) || report.status == 413;
    if !(is_known || STATUSES.contains(&report.status)) {
        return None;
    }
    if let Some(found) = numbers.weighed() {
        return Some(found);
    }
    let names_only_the_cap =
        matches!(report.status, 400 | 422) && report.code("param").is_some_and(|it| CAP.matches(it));
    if (names_only_the_cap || (CAP.matches(&text) && TOO_HIGH.matches(&text)))
        && !OTHER_CAP.matches(&text)
        && !numbers.is_prompt_alone()
    {
        return Some(TooBig::OutputCap(numbers.of_cap()));
    }
    let is_long = TOO_LONG.matches(&text) && !OTHER.matches(&report.texts) && !OTHER_CAP.matches(&text);
    (is_known || is_long).then(|| TooBig::Prompt(numbers.of_prompt()))
}

/// Returns the outcome of a call that is over a limit of tokens per minute by itself.
fn over_a_rate(text: &str, numbers: &Numbers, output_cap: Option<u32>) -> Option<TooBig> {
    let is_over = match numbers.rate {
        Some((limit, requested)) => requested > limit,
        None => OVER_A_RATE.matches(text),
    };
    if !is_over {
        return None;
    }
    let Some((limit, requested)) = numbers.rate else {
        return Some(TooBig::Prompt(ReportedSizes::default()));
    };
    // Services add the output cap to what a call requests.
    let prompt = output_cap.and_then(|cap| requested.checked_sub(u64::from(cap))).filter(|prompt| *prompt > 0);
    let sizes = |prompt| ReportedSizes { context_tokens: Some(limit), prompt_tokens: Some(prompt), ..<_>::default() };
    Some(match prompt {
        Some(prompt) if prompt < limit => TooBig::OutputCap(sizes(prompt)),
        _ => TooBig::Prompt(sizes(requested)),
    })
}
