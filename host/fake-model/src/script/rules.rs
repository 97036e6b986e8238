//! The rules in order, and the settings that hold for all requests.

use super::then::Then;
use super::when::{RequestView, When};
use crate::field::Field;
use std::time::Duration;

/// A rule of a script.
#[derive(Clone, Debug)]
struct Rule {
    when: When,
    /// Number of uses before the rule is skipped; unlimited if none.
    times: Option<u32>,
    then: Then,
}

/// The behaviour of a server.
#[derive(Clone, Debug, Default)]
pub struct Script {
    rules: Vec<Rule>,
    models: Vec<String>,
    key: Option<String>,
    latency: Duration,
    /// Completions that are worked on at once; unlimited if none.
    slots: Option<usize>,
    enforce_output_cap: bool,
    fields: Option<Vec<Field>>,
}

impl Script {
    /// Creates a script without rules: every request gets the right answer at once.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule that applies each time it matches.
    #[must_use]
    pub fn on(self, when: When, then: Then) -> Self {
        self.rule(Rule { when, times: None, then })
    }

    /// Adds a rule that applies the first time it matches.
    #[must_use]
    pub fn once(self, when: When, then: Then) -> Self {
        self.times(1, when, then)
    }

    /// Adds a rule that applies the first `times` times it matches.
    #[must_use]
    pub fn times(self, times: u32, when: When, then: Then) -> Self {
        self.rule(Rule { when, times: Some(times), then })
    }

    fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Names the models that exist; other models get the service's error. By default every model exists.
    #[must_use]
    pub fn with_models<S: Into<String>>(mut self, models: impl IntoIterator<Item = S>) -> Self {
        self.models = models.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the only valid key. By default every key is valid, and none is required.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Sets the time that every completion takes, in addition to the delays of rules.
    #[must_use]
    pub fn with_latency(mut self, latency: Duration) -> Self {
        self.latency = latency;
        self
    }

    /// Sets the number of completions that are worked on at once, as a local server does; the others wait in a queue.
    #[must_use]
    pub fn with_slots(mut self, slots: usize) -> Self {
        self.slots = Some(slots);
        self
    }

    /// Cuts off answers that are longer than the request's output cap, as a service does.
    #[must_use]
    pub fn enforce_output_cap(mut self) -> Self {
        self.enforce_output_cap = true;
        self
    }

    /// Sets the fields of answers to requests without a schema; by default `tldr` and `challenge`.
    #[must_use]
    pub fn with_fields(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.fields = Some(fields.into_iter().collect());
        self
    }

    pub(crate) fn fields(&self) -> Option<Vec<Field>> {
        self.fields.clone()
    }

    pub(crate) fn models(&self) -> &[String] {
        &self.models
    }

    pub(crate) fn caps_output(&self) -> bool {
        self.enforce_output_cap
    }

    pub(crate) fn latency(&self) -> Duration {
        self.latency
    }

    pub(crate) fn slots(&self) -> Option<usize> {
        self.slots
    }

    pub(crate) fn rule_count(&self) -> usize {
        self.rules.len()
    }

    /// Selects the reply to a request and counts the use of a rule in `uses`.
    ///
    /// Key and model are checked first, as a service does.
    pub(crate) fn choose(&self, uses: &mut [u32], request: &RequestView<'_>) -> Then {
        if self.key.is_some() && self.key.as_deref() != request.key {
            return Then::wrong_key();
        }
        let unknown = |model: &str| !self.models.is_empty() && !self.models.iter().any(|known| known == model);
        if request.model.is_some_and(unknown) {
            return Then::unknown_model();
        }
        for (rule, used) in self.rules.iter().zip(uses) {
            if rule.times.is_none_or(|times| *used < times) && rule.when.matches(request) {
                *used = used.saturating_add(1);
                return rule.then.clone();
            }
        }
        Then::answer()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(nth: usize) -> RequestView<'static> {
        RequestView {
            nth: Some(nth),
            rows: &[],
            key: Some("k"),
            model: Some("m"),
            body: &serde_json::Value::Null,
            prompt_tokens: 0,
            output_cap: None,
            since_first: Duration::ZERO,
        }
    }

    #[test]
    fn first_matching_rule_applies_until_used_up() {
        let script = Script::new()
            .on(When::nth(1), Then::status(500))
            .times(2, When::any(), Then::status(429))
            .on(When::any(), Then::answer());
        let mut uses = vec![0; script.rule_count()];
        let replies: Vec<Then> = (0..4).map(|nth| script.choose(&mut uses, &request(nth))).collect();
        assert_eq!(replies, [Then::status(429), Then::status(500), Then::status(429), Then::answer()]);
    }

    #[test]
    fn key_and_model_are_checked_before_the_rules() {
        let always = Script::new().on(When::any(), Then::status(500));
        assert_eq!(always.clone().with_key("other").choose(&mut [0], &request(0)), Then::wrong_key());
        assert_eq!(always.clone().with_models(["x"]).choose(&mut [0], &request(0)), Then::unknown_model());
        assert_eq!(always.with_key("k").with_models(["m"]).choose(&mut [0], &request(0)), Then::status(500));
    }
}
