//! Recognises quotas of days and months, and accounts without credit, in the words of any service.

use super::patterns::Patterns;
use super::report::FailureReport;
use serde_json::Value;
use std::sync::LazyLock;

/// Codes of accounts without credit.
const BILLING_CODES: [&str; 15] = [
    "insufficient_quota",
    "credit_balance_exhausted",
    "organization_spend_limit_exceeded",
    "project_spend_limit_exceeded",
    "organization_usage_limit_exceeded",
    "enforced_spend_limit_reached",
    "contract_spend_limit_reached",
    "billing_hard_limit_reached",
    "billing_not_active",
    "billing_error",
    "exceeded_current_quota_error",
    "insufficient_balance",
    "Arrearage",
    "AccountOverdueError",
    "payment_required",
];
/// Statuses of failures about credit without a code of their own.
const BILLING_STATUSES: [u16; 4] = [400, 402, 403, 429];

static BILLING: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"insufficient (?:balance|credits?|funds)|credit balance (?:is )?too low|not enough (?:credits?|balance)",
        r"credits? (?:are|is|have been|has been) (?:depleted|exhausted|used up)|out of credits|used all (?:of )?(?:the |your )?available credits",
        r"prepay(?:ment)?|spending cap|spend(?:ing)? limit|billing (?:hard )?limit",
        r"more credits, or fewer|doesn't have any credits|purchase (?:more )?credits|negative balance|overdue",
        r"余额不足|欠费|请充值",
    ])
});

/// Windows of a day or longer.
static LONG: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"(?:\b|_|-)per[ _-]?(?:day|month|week|calendar month)|\bby(?:day|month)|userbymodelbyday|\b(?:a|each|every) (?:day|month|week)\b|/ ?(?:day|month|week)\b",
        r"per 24[ -]?h(?:ou)?rs?|\b24[ -]?h(?:ou)?rs?\b[^.]{0,30}(?:limit|quota|window)|resets? (?:tomorrow|at midnight|daily)|(?:until|at) midnight",
        r"tageslimit|tageskontingent|pro tag\b|täglich|monatlich|par jour|quotidien|journali[eè]r|mensuel|diari[oa]|por día|diári[oa]|por dia|mensual|mensal|al giorno|giornalier|mensile",
        r"(?:1|一)日(?:の|あたり)|本日|日次|하루|일일|суточн|дневн|в (?:день|сутки)|24小时|明天",
        r"perday|per 86400|86400 ?s",
        r"\b(?:daily|monthly|weekly|today's)\b[^.]{0,60}(?:limit|quota|allocation|allowance|usage|requests?|tokens?|cap|credits?|budget|exceeded|reached|used)",
        r"(?:limit|quota|allocation|allowance|usage|exceeded|reached|budget)[^.]{0,40}\b(?:daily|monthly|weekly|for (?:the|this) (?:day|month|week)|for today)\b",
        r"\((?:rpd|tpd)\)|\b(?:rpd|tpd)\b",
        r"(?:today|tomorrow)[^.]{0,40}(?:limit|quota)|(?:limit|quota)[^.]{0,30}(?:today|until tomorrow)",
        r"\bfree tier daily\b",
        r"今日|每日|每天|当日|当天|每月|本月",
    ])
});
/// Windows of a minute or shorter.
static SHORT: LazyLock<Patterns> = LazyLock::new(|| {
    Patterns::new(&[
        r"per[ _-]?(?:min\b|minute|sec\b|second)|perminute|perminute|byminute|bysecond|/ ?(?:min|minute|sec|second)\b",
        r"\((?:rpm|tpm|rps)\)|\b(?:rpm|tpm|rps|qps)\b|per (?:1|5|10|30|60) ?s\b",
        r"每分钟|每秒",
    ])
});
/// Words of a limit, for statuses that are not about limits.
static LIMIT: LazyLock<Patterns> =
    LazyLock::new(|| Patterns::new(&[r"limit|quota|allocation|allowance|exceed|exhausted|次数超限"]));

/// Returns whether the account of the key has no credit. A status of 402 alone is another matter.
pub(super) fn is_billing(report: &FailureReport) -> bool {
    report.has_code(&BILLING_CODES) || (BILLING_STATUSES.contains(&report.status) && BILLING.matches(&report.texts))
}

/// Returns whether a quota of a day or longer is exhausted, or whether there is none for the model.
pub(super) fn is_long_quota(report: &FailureReport) -> bool {
    let mut ids = violations(&report.body).filter_map(|violation| violation["quotaId"].as_str());
    if ids.any(|id| id.contains("PerDay") || id.contains("PerMonth")) || has_no_quota(&report.body) {
        return true;
    }
    let is_limit = report.status == 429 || report.code_words.contains("limit") || report.code_words.contains("quota");
    let is_limit = is_limit || (matches!(report.status, 400 | 403 | 503) && LIMIT.matches(&report.texts));
    if !is_limit {
        return false;
    }
    // The limit comes first in a text; advice about other plans follows it.
    let text = format!("{}\n{}", report.texts, report.code_words);
    match (LONG.position(&text), SHORT.position(&text)) {
        (Some(long), Some(short)) => long < short,
        (long, _) => long.is_some(),
    }
}

/// Returns whether the project has no quota at all for the model.
pub(super) fn has_no_quota(body: &Value) -> bool {
    violations(body).any(|violation| violation["quotaValue"] == "0" || violation["quotaValue"] == 0)
}

/// Returns the violations of a Google error.
pub(super) fn violations(body: &Value) -> impl Iterator<Item = &Value> {
    let details = body["error"]["details"].as_array().into_iter().flatten();
    details.filter_map(|detail| detail["violations"].as_array()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn report(status: u16, body: &Value) -> FailureReport {
        FailureReport::read(status, Some(body))
    }

    #[test]
    fn quotas_of_days_and_months() {
        let source = json!({"error": {"message": "No", "metadata": {"limit_source": "openrouter_free_tier_daily"}}});
        assert!(is_long_quota(&report(429, &source)));
        for message in [
            "Rate limit reached for gpt-x in organization org-y on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.",
            "Rate limit reached for model `x` in organization `y` on tokens per day (TPD): Limit 100000, Used 99000, Requested 2000.",
            "Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000 free model requests per day",
            "you have used up your daily free allocation of 10,000 neurons, please upgrade",
            "Rate limit of 150 per 86400s exceeded for UserByModelByDay. Please wait 42312 seconds before retrying.",
            "You are using a Trial key, which is limited to 1000 API calls / month.",
            "Requests per day limit exceeded - too many requests sent.",
            "Tokens per day limit exceeded",
            "Monthly tokens limit exceeded",
            "You have reached your daily limit",
            "Daily quota exceeded for this model",
            "Limit of 20 requests a day reached; requests are also limited to 5 per minute",
            "今日调用次数已达上限",
        ] {
            for status in [429, 403] {
                let body = json!({"error": {"message": message, "code": "rate_limit_exceeded"}});
                assert!(is_long_quota(&report(status, &body)), "{status} {message}");
            }
        }
    }

    #[test]
    fn quotas_of_minutes_and_other_failures() {
        for (status, message) in [
            (429, "Rate limit exceeded: free-models-per-min. "),
            (429, "Rate limit exceeded: free-models-per-min. Add credits for 1000 requests per day"),
            (
                429,
                "Rate limit reached on tokens per minute (TPM): Limit 6000, Used 1, Requested 2. Need more? Upgrade today at the console",
            ),
            (429, "Rate limit of 10 per 60s exceeded for UserByModelByMinute. Please wait 30 seconds before retrying."),
            (429, "Requests rate limit exceeded"),
            (429, "Service tier capacity exceeded for this model."),
            (429, "Please slow down"),
            (500, "Daily maintenance"),
            (400, "Unknown field `per_day`"),
        ] {
            assert!(!is_long_quota(&report(status, &json!({"error": {"message": message}}))), "{status} {message}");
        }
    }

    #[test]
    fn accounts_without_credit() {
        for (status, message) in [
            (402, "Insufficient Balance"),
            (400, "Your credit balance is too low to access the API. Please go to Plans & Billing"),
            (429, "Your prepayment credits are depleted."),
            (429, "余额不足或无可用资源包,请充值。"),
            (403, "Your newly created team doesn't have any credits yet. You can purchase credits on the console"),
            (429, "Your team has either used all available credits or reached its monthly spending limit."),
            (402, "This request requires more credits, or fewer max_tokens."),
        ] {
            assert!(is_billing(&report(status, &json!({"error": {"message": message}}))), "{message}");
        }
        for (status, message) in [
            (429, "You exceeded your current quota, please check your plan and billing details."),
            (429, "Add 10 credits to unlock more"),
            (500, "insufficient balance"),
        ] {
            assert!(!is_billing(&report(status, &json!({"error": {"message": message}}))), "{message}");
        }
    }
}
