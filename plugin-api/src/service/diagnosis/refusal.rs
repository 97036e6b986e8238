//! Recognises refusals of content, in the words of any service.
//!
//! A refusal belongs to the rows of a call, so it must not end a run like a wrong key does, although some services give
//! both the same status. Codes decide first, then phrases, then single words near the word for the content.

use super::patterns::Patterns;
use super::report::FailureReport;
use std::sync::LazyLock;

/// Statuses of failures that are never about content, whatever their texts contain.
const OTHER_CAUSES: [u16; 5] = [401, 402, 404, 408, 429];

/// Codes of refusals, as words.
static CODES: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"\bcontent (?:policy|filter(?:ed|ing)?|moderation|safety|violation|blocked|illegal|risk|security|censor\w*)",
        r"\bcontentfilter|contentpolicy",
        r"\b(?:data|content) ?inspection",
        r"\bresponsible ?ai ?policy|responsible ai",
        r"\bmoderation (?:blocked|failed|flagged|error|violation|triggered)|\bmoderated\b",
        r"\b(?:safety|policy|guardrails?|moderation|ethics) (?:violation|violated|blocked|block|refusal|error|triggered|intervened|check failed)",
        r"\bguardrail\w*(?: \w+){0,2} (?:intervened|triggered|violat\w+|failed)",
        r"\bsensitive (?:content|information|text|input|words?)|(?:content|input|output|text) sensitive",
        r"\bcensorship|\bcensored",
        r"\binvalid prompt\b",
        r"\brisk (?:detection|control|content)",
        r"\bprohibited content|\bblocklist|\bjailbreak",
        r"\binvalid keyword in prompt",
        r"\bharm(?:ful)? (?:content|block|category)",
    ])
});

/// Phrases that only refusals have.
static PHRASES: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"content exists risk",
        r"high risk\b",
        r"contains? (?:\w+ )?risk",
        r"content management policy|content (?:filter(?:ing)?|safety|moderation) polic",
        r"responsible ai",
        r"safety (?:system|filter|check|classifier|reason|guideline|polic)\w*",
        r"failed check: safety",
        r"moderation (?:system|filter|guardrail|polic|check|service|layer|endpoint flagged)",
        r"violat\w*[^.]{0,80}\b(?:usage|content|safety|community|acceptable use|use|moderation|guardrail|our|google's|their)[^.]{0,25}(?:guideline|polic|standard|practice|rule|terms)",
        r"(?:against|not comply with|breach(?:es)?|not (?:permitted|allowed) (?:by|under))[^.]{0,40}(?:content|usage|safety|community|acceptable use|our)[^.]{0,20}(?:guideline|polic|standard|rule)",
        r"(?:flagged|blocked|rejected|filtered|refused|intercepted|censored|stopped|declined|denied)[^.]{0,90}\b(?:unsafe|moderat\w+|safety|sensitive|inappropriate|harmful|toxic|offensive|violence|violent|sexual|hate|self.?harm|nsfw|illegal|prohibited|guideline|high risk|guardrail\w*|content filter\w*|ethic\w*|profanity|dangerous)",
        r"\b(?:unsafe|moderation|safety|sensitive|inappropriate|harmful|toxic|offensive|prohibited|guardrail\w*|content filter\w*|ethics filter)[^.]{0,60}(?:flagged|blocked|rejected|filtered|refused|intercepted|censored|intervened|triggered|detected)",
        r"violat\w* (?:the |of (?:the )?)?(?:\w+ )?guardrail|guardrail[^.]{0,40}(?:violat|applied|in violation|checks? failed|checks defined in the config failed)",
        r"(?:fail\w*|not pass\w*)[^.]{0,30}(?:safety|moderation|content|risk)[^.]{0,20}(?:inspection|check|review|audit|test)",
        r"\bcontent polic(?:y|ies)\b|\bcontent filter(?:ed|ing|s)?\b",
        r"\b(?:policy|guidelines?|safety|content) violation",
        r"blocked due to security config",
        r"potentially violating",
        r"does not pass the (?:audit|review)|(?:audit|review|censor\w*) failed",
        r"(?:敏感|违规|不安全|不当|违法|涉嫌|高风险|内容安全|审核(?:不通过|未通过|失败)|合规)",
    ])
});

/// Words that are a refusal when they are near the word for the content.
static WORDS: LazyLock<Patterns> = LazyLock::new(|| {
    const BAD: &str = "inappropriate|sensitive|unsafe|harmful|prohibited|offensive|toxic|illegal|disallowed|objectionable|nsfw|unethical|flagged|violent|sexual|hateful|risky|violat\\w+|forbidden|moderated|censored";
    const CONTENT: &str = "content|prompt|input|output|text|messages?|question|query|quer(?:y|ies)|generation|completion|response|words?|language|material|topics?|information|request|data|conversation|answer";
    let sources = [
        format!(r"\b(?:{CONTENT})\b[^.]{{0,60}}\b(?:{BAD})"),
        format!(r"\b(?:{BAD})\b(?: \w+)? (?:{CONTENT})\b"),
        format!(r"\b(?:{CONTENT})\b[^.]{{0,40}}\b(?:is|was|were|been|being|are|has been) (?:blocked|filtered|censored|refused|intercepted|rejected)"),
        r"\b(?:blocked|filtered|refused) (?:input|output|prompt|content|response|by (?:our |the )?(?:content|safety|polic|filter))".to_owned(),
        r"\binvalid prompt\b".to_owned(),
    ];
    Patterns::new(&sources.each_ref().map(String::as_str))
});

/// Phrases about the account, the key, or the place: they are not refusals whatever else they contain.
static ACCOUNT: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"\b(?:your|this|the) (?:api key|key|account|organi[sz]ation|workspace|subscription|project|team|access|ip(?: address)?)\b[^.]{0,50}(?:deactivat|suspend|terminat|disabled|banned|restricted|revoked|locked|block|not allowed|closed)",
        r"\bkey\b[^.]{0,40}(?:leaked|compromised|exposed|blocked|deleted|disabled|expired|revoked)",
        r"\b(?:consumer|account|workspace|organi[sz]ation|subscription|project|user)\b[^.]{0,80}(?:deactivated|suspended|terminated|disabled|banned|revoked|locked|frozen|expired)",
        r"caller does not have permission|\bpermission denied\b|good standing",
        r"insufficient (?:\w+ )?(?:balance|funds|credits?)",
        r"\b(?:token|session|credentials?|trial|plan|license) (?:has |have |is )?expired",
        r"\bbilling\b[^.]{0,40}(?:not enabled|disabled|inactive|not active)",
        r"(?:invalid|incorrect|missing|unknown) x-api-key|\bapi ?key is (?:disabled|invalid|expired|unknown)",
        r"cuenta[^.]{0,40}(?:suspendid|bloquead|desactivad)|konto[^.]{0,40}(?:gesperrt|deaktiviert)|compte[^.]{0,40}(?:suspendu|bloqu|désactivé)|conta[^.]{0,40}(?:suspens|bloquead)",
        r"(?:账户|账号|帐户|帐号|用户)[^。]{0,20}(?:禁用|停用|封禁|冻结|欠费|注销)|余额不足",
        r"access (?:was|has been) (?:terminated|revoked)",
        r"\borg(?:ani[sz]ation)?(?:'s|al)?(?: \w+)? polic|\bdata polic|\bprivacy (?:setting|polic)|constraints?/|\biam\b|vpc service|service control polic",
        r"(?:model|endpoint|api) access|access to (?:the |this )?(?:\w+ )?(?:model|endpoint|api|resource)",
        r"not (?:authori[sz]ed|allowed|permitted|entitled) to (?:use|access|sample|view|perform|call|create)",
        r"\bcredentials\b|\bmissing scopes?\b|insufficient permission",
        r"(?:country|region|territory|location)[^.]{0,40}(?:not (?:supported|available|allowed)|unsupported|restricted|blocked|isn't supported)",
        r"(?:incorrect|invalid|wrong|expired|missing) (?:api )?key|api key (?:not valid|expired|is invalid|not found)",
        r"(?:must|need to|have to|please) (?:be verified|verify|accept|agree|sign)\b|terms acceptance",
    ])
});

/// Words of mistakes in the request itself, which outweigh single words.
static REQUEST: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"content.?(?:type|length|encoding|part|block|field|array|size)|case.?(?:in)?sensitive|safety.?(?:settings?|identifier)",
        r"(?:not |un)supported|unknown (?:name|field|parameter|argument)|unrecogni[sz]ed|not (?:a )?valid|invalid (?:value|type|parameter|argument|json|request|role|content|image)",
        r"(?:must|should) (?:be|have|not be|contain|start|end|include)|(?:is|are) required|\bmissing\b|\bexpected\b|non-?empty|is empty|cannot be (?:empty|null)",
        r"\bschema\b|\bjson\b|\bformat\b|\bparameters?\b|\bheader\b|\bencoding\b|\bfield\b|constraint",
        r"too (?:long|large|many|short)|\blength\b|maximum|\btokens?\b|context window|rate limit|quota",
        r"does not (?:exist|support)|not found|could not be found|no such",
        r"\bthe model\b[^.]{0,60}(?:moderation|sensitive)",
    ])
});

/// Options whose names are phrases of refusals: safety settings, guardrails.
static OPTIONS: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"safety.?(?:settings?|identifier|checker)",
        r"(?:unknown|unsupported|unrecogni[sz]ed|invalid|missing) (?:name|field|parameter|argument|option|value)",
        r"guardrail (?:identifier|version|config)[^.]{0,80}(?:not|invalid)",
        r"(?:not|isn't|is not) (?:a )?(?:supported|valid|available|enabled|found)",
        r"json ?schema|response.format",
    ])
});

/// Members that only refusals have.
const MEMBERS: [&str; 5] = [
    "/error/metadata/flagged_input",
    "/metadata/flagged_input",
    "/contentFilter",
    "/error/contentFilter",
    "/bedrock_guardrail_response",
];

/// A threat for the future, which services add to refusals.
static THREAT: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[r"\b(?:may|might|could|can|will|would) (?:also )?(?:be|lead to|result in)\b[^.]*"])
});

/// Returns whether the text is about the account, the key, or the place.
pub(super) fn names_account(report: &FailureReport) -> bool {
    let text = report.texts.replace('_', " ");
    ACCOUNT.matches(&THREAT.removed(&text))
}

/// Returns whether a service refused the content of a call.
pub(super) fn is_refusal(report: &FailureReport) -> bool {
    if OTHER_CAUSES.contains(&report.status) {
        return false;
    }
    let members = MEMBERS.iter().filter_map(|path| report.body.pointer(path));
    if members.into_iter().any(|member| !member.is_null()) || CODES.matches(&report.code_words) {
        return true;
    }
    let text = report.texts.replace('_', " ");
    if names_account(report) {
        return false;
    }
    (PHRASES.matches(&text) && !OPTIONS.matches(&text)) || (WORDS.matches(&text) && !REQUEST.matches(&text))
}
