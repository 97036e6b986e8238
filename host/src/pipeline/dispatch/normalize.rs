//! Normalizes the figures that a service reports. Pure.

use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::completion::{Completion, Usage};

/// Maximum believable token count of one call; a larger count is a mistake of the service.
const MAX_TOKENS: u64 = 1 << 40;

/// Drops token counts that cannot be true, and converts times to waits.
pub(super) fn normalize(result: Result<Completion, Error>, now_ms: u64) -> Result<Completion, Error> {
    let wait = |at_ms: Option<u64>| at_ms.map(|at_ms| at_ms.saturating_sub(now_ms));
    match result {
        Ok(mut completion) => {
            completion.usage = believable(completion.usage);
            for hint in &mut completion.limits {
                hint.reset_ms = hint.reset_ms.or(wait(hint.reset_at_ms));
            }
            Ok(completion)
        }
        Err(error) => Err(Error { retry_after_ms: error.retry_after_ms.or(wait(error.retry_at_ms)), ..error }),
    }
}

fn believable(usage: Usage) -> Usage {
    let sane = |count: Option<u64>| count.filter(|count| *count <= MAX_TOKENS);
    Usage {
        input: sane(usage.input),
        cached: sane(usage.cached),
        cache_written: sane(usage.cache_written),
        output: sane(usage.output),
        thinking: sane(usage.thinking),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowsmith_plugin_api::ErrorKind;
    use rowsmith_plugin_api::completion::LimitHint;

    #[test]
    fn impossible_token_counts_are_dropped() {
        let usage = Usage { input: Some(MAX_TOKENS), output: Some(MAX_TOKENS + 1), ..Usage::default() };
        let completion = Completion { usage, ..Completion::default() };
        let normalized = normalize(Ok(completion), 0).unwrap();
        assert_eq!(normalized.usage, Usage { output: None, ..usage });
    }

    #[test]
    fn times_become_waits_unless_there_is_a_wait() {
        let hint = |reset_ms, reset_at_ms| LimitHint { reset_ms, reset_at_ms, ..LimitHint::default() };
        let limits = vec![hint(None, Some(1_500)), hint(Some(7), Some(1_500)), hint(None, Some(900)), hint(None, None)];
        let completion = normalize(Ok(Completion { limits, ..Completion::default() }), 1_000).unwrap();
        let waits: Vec<Option<u64>> = completion.limits.iter().map(|hint| hint.reset_ms).collect();
        assert_eq!(waits, [Some(500), Some(7), Some(0), None]);
        let error = Error { retry_at_ms: Some(1_500), ..Error::new(ErrorKind::Retryable, "m") };
        assert_eq!(normalize(Err(error), 1_000).unwrap_err().retry_after_ms, Some(500));
    }
}
