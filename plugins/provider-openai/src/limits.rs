//! Rate limits in the headers of a response.

use crate::provider::OpenAi;
use rowsmith_plugin_api::duration::parse_wait;
use rowsmith_plugin_api::prelude::*;
use std::time::Duration;

const MINUTE_SECS: u64 = 60;
const DAY_SECS: u64 = 86_400;

/// Names of the headers of one limit.
struct Names {
    unit: &'static str,
    limit: &'static str,
    remaining: &'static str,
    reset: &'static str,
}

const LIMITS: [Names; 4] = [
    Names {
        unit: "requests",
        limit: "x-ratelimit-limit-requests",
        remaining: "x-ratelimit-remaining-requests",
        reset: "x-ratelimit-reset-requests",
    },
    Names {
        unit: "tokens",
        limit: "x-ratelimit-limit-tokens",
        remaining: "x-ratelimit-remaining-tokens",
        reset: "x-ratelimit-reset-tokens",
    },
    // Mistral's names; it does not state when they reset.
    Names {
        unit: "requests",
        limit: "x-ratelimit-limit-req-minute",
        remaining: "x-ratelimit-remaining-req-minute",
        reset: "x-ratelimit-reset-req-minute",
    },
    Names {
        unit: "tokens",
        limit: "x-ratelimit-limit-tokens-minute",
        remaining: "x-ratelimit-remaining-tokens-minute",
        reset: "x-ratelimit-reset-tokens-minute",
    },
];

/// Returns all limits in a response's headers.
pub(crate) fn hints(provider: &OpenAi, response: &HttpResponse) -> Vec<LimitHint> {
    LIMITS.iter().filter_map(|names| hint(names, provider.is_groq(), response)).collect()
}

fn hint(names: &Names, requests_are_per_day: bool, response: &HttpResponse) -> Option<LimitHint> {
    let number = |name: &str| response.header(name).and_then(|text| text.trim().parse::<u64>().ok());
    let (limit, remaining) = (number(names.limit), number(names.remaining));
    if limit.is_none() && remaining.is_none() {
        return None;
    }
    let reset = response.header(names.reset).and_then(parse_wait);
    // A window of a minute resets within it; a request limit that takes longer is one per day.
    let is_long = reset.is_some_and(|reset| reset > Duration::from_secs(MINUTE_SECS));
    let per_day = names.unit == "requests" && (requests_are_per_day || is_long);
    Some(LimitHint {
        unit: names.unit.to_owned(),
        window_secs: if per_day { DAY_SECS } else { MINUTE_SECS },
        limit,
        remaining,
        reset_ms: reset.and_then(|reset| u64::try_from(reset.as_millis()).ok()),
        ..LimitHint::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider_tests::provider;

    type Expected<'a> = (&'a str, u64, Option<u64>, Option<u64>, Option<u64>);

    #[test]
    fn headers_of_each_service() {
        let openai: &[(&str, &str)] = &[
            ("x-ratelimit-limit-requests", "500"),
            ("x-ratelimit-remaining-requests", "499"),
            ("x-ratelimit-reset-requests", "120ms"),
            ("x-ratelimit-limit-tokens", "150000"),
            ("x-ratelimit-remaining-tokens", "0"),
            ("x-ratelimit-reset-tokens", "1m0s"),
        ];
        let daily: &[(&str, &str)] = &[("x-ratelimit-limit-requests", "200"), ("x-ratelimit-reset-requests", "7m12s")];
        let mistral: &[(&str, &str)] =
            &[("x-ratelimit-limit-req-minute", "30"), ("x-ratelimit-remaining-tokens-minute", "900")];
        let groq: &[(&str, &str)] = &[("x-ratelimit-limit-requests", "14400"), ("x-ratelimit-limit-tokens", "6000")];
        let broken: &[(&str, &str)] = &[("x-ratelimit-limit-requests", "many"), ("x-ratelimit-reset-requests", "1s")];
        let tokens: Expected<'_> = ("tokens", 60, Some(150_000), Some(0), Some(60_000));
        for (name, base_url, headers, expected) in [
            ("openai", "https://o", openai, vec![("requests", 60, Some(500), Some(499), Some(120)), tokens]),
            ("per day", "https://o", daily, vec![("requests", 86_400, Some(200), None, Some(432_000))]),
            (
                "mistral",
                "https://m",
                mistral,
                vec![("requests", 60, Some(30), None, None), ("tokens", 60, None, Some(900), None)],
            ),
            (
                "groq",
                "https://api.groq.com/openai/v1",
                groq,
                vec![("requests", 86_400, Some(14_400), None, None), ("tokens", 60, Some(6_000), None, None)],
            ),
            ("broken", "https://b", broken, vec![]),
        ] {
            let response =
                headers.iter().fold(HttpResponse::new(200, ""), |r, (name, value)| r.with_header(name, value));
            let hints = hints(&provider(json!({ "base_url": base_url })).unwrap(), &response);
            let found: Vec<Expected<'_>> = hints
                .iter()
                .map(|hint| (hint.unit.as_str(), hint.window_secs, hint.limit, hint.remaining, hint.reset_ms))
                .collect();
            assert_eq!(found, expected, "{name}");
        }
    }
}
