//! The rules in order, and what holds for all requests.

use super::act::Act;
use super::when::{Sight, When};
use crate::field::{Field, default_fields};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One line of a script.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Which requests it fits.
    #[serde(default)]
    pub when: When,
    /// How often it acts before it is passed over; for ever when absent.
    #[serde(default)]
    pub times: Option<u32>,
    /// What it does.
    pub act: Act,
}

/// The behaviour of a server.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    rules: Vec<Rule>,
    fields: Vec<Field>,
    models: Vec<String>,
    key: Option<String>,
    latency_ms: u64,
    enforce_output_cap: bool,
    log: Option<PathBuf>,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            rules: Vec::new(),
            fields: default_fields(),
            models: Vec::new(),
            key: None,
            latency_ms: 0,
            enforce_output_cap: false,
            log: None,
        }
    }
}

impl Script {
    /// A script without rules: every request is answered right and at once.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a script from JSON text.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Adds a rule that acts each time it fits.
    #[must_use]
    pub fn on(self, when: When, act: Act) -> Self {
        self.rule(Rule { when, times: None, act })
    }

    /// Adds a rule that acts the first time it fits.
    #[must_use]
    pub fn once(self, when: When, act: Act) -> Self {
        self.times(1, when, act)
    }

    /// Adds a rule that acts the first `times` times it fits.
    #[must_use]
    pub fn times(self, times: u32, when: When, act: Act) -> Self {
        self.rule(Rule { when, times: Some(times), act })
    }

    /// Adds a rule below those that are there.
    #[must_use]
    pub fn rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Sets the fields of requests without a schema.
    #[must_use]
    pub fn with_fields(mut self, fields: impl IntoIterator<Item = Field>) -> Self {
        self.fields = fields.into_iter().collect();
        self
    }

    /// Names the models that exist; others are answered with the service's error. Without this every model exists.
    #[must_use]
    pub fn with_models<S: Into<String>>(mut self, models: impl IntoIterator<Item = S>) -> Self {
        self.models = models.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the only key that is accepted. Without this every key is, and none is needed.
    #[must_use]
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Sets how long every completion takes, on top of what rules add.
    #[must_use]
    pub fn with_latency(mut self, latency: Duration) -> Self {
        self.latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// Cuts off answers that are longer than the request's output cap, as a service does.
    #[must_use]
    pub fn enforce_output_cap(mut self) -> Self {
        self.enforce_output_cap = true;
        self
    }

    /// Appends one JSON line to this file for each request, and one for each reply that was sent whole.
    #[must_use]
    pub fn with_log(mut self, path: impl Into<PathBuf>) -> Self {
        self.log = Some(path.into());
        self
    }

    pub(crate) fn fields(&self) -> &[Field] {
        &self.fields
    }

    pub(crate) fn models(&self) -> &[String] {
        &self.models
    }

    pub(crate) fn caps_output(&self) -> bool {
        self.enforce_output_cap
    }

    pub(crate) fn latency(&self) -> Duration {
        Duration::from_millis(self.latency_ms)
    }

    pub(crate) fn log_path(&self) -> Option<&Path> {
        self.log.as_deref()
    }

    pub(crate) fn rule_count(&self) -> usize {
        self.rules.len()
    }

    /// Picks what to do and counts the use of a rule in `uses`. The key and the model are checked first, as a service
    /// does it before it looks at anything else.
    pub(crate) fn choose(&self, uses: &mut [u32], sight: &Sight<'_>) -> Act {
        if self.key.is_some() && self.key.as_deref() != sight.key {
            return Act::wrong_key();
        }
        let unknown = |model: &str| !self.models.is_empty() && !self.models.iter().any(|known| known == model);
        if sight.model.is_some_and(unknown) {
            return Act::unknown_model();
        }
        for (rule, used) in self.rules.iter().zip(uses) {
            if rule.times.is_none_or(|times| *used < times) && rule.when.fits(sight) {
                *used = used.saturating_add(1);
                return rule.act.clone();
            }
        }
        Act::answer()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::script::Mutation;

    fn sight(nth: usize) -> Sight<'static> {
        Sight { nth: Some(nth), rows: &[], key: Some("k"), model: Some("m") }
    }

    #[test]
    fn the_first_fitting_rule_acts_until_it_is_used_up() {
        let script = Script::new()
            .on(When::nth(1), Act::status(500))
            .times(2, When::any(), Act::status(429))
            .on(When::any(), Act::answer());
        let mut uses = vec![0; script.rule_count()];
        let acts: Vec<Act> = (0..4).map(|nth| script.choose(&mut uses, &sight(nth))).collect();
        assert_eq!(acts, [Act::status(429), Act::status(500), Act::status(429), Act::answer()]);
    }

    #[test]
    fn key_and_model_are_checked_before_the_rules() {
        let always = Script::new().on(When::any(), Act::status(500));
        assert_eq!(always.clone().with_key("other").choose(&mut [0], &sight(0)), Act::wrong_key());
        assert_eq!(always.clone().with_models(["x"]).choose(&mut [0], &sight(0)), Act::unknown_model());
        assert_eq!(always.with_key("k").with_models(["m"]).choose(&mut [0], &sight(0)), Act::status(500));
    }

    #[test]
    fn json_says_what_the_builder_says() {
        let text = r#"{
            "key": "k", "latency_ms": 5, "fields": [{"name": "t"}, {"name": "c", "kind": {"choice": ["a", "b"]}}],
            "rules": [
                {"when": {"nth": 0}, "act": {"reply": {"failure": "rate_limited"}, "retry_after": "7"}},
                {"when": {"all": ["batch", {"row_contains": "x"}]}, "times": 1,
                 "act": {"mutations": ["shuffle", {"drop_rows": "x"}, {"swap": [0, 1]}], "delay_ms": 20}},
                {"act": {"delivery": "cut_body", "hold": true}}
            ]}"#;
        let built = Script::new()
            .with_key("k")
            .with_latency(Duration::from_millis(5))
            .with_fields([Field::text("t"), Field::choice("c", ["a", "b"])])
            .on(When::nth(0), Act::rate_limited("7"))
            .once(
                When::all([When::batch(), When::row_contains("x")]),
                Act::mutated(Mutation::Shuffle)
                    .with(Mutation::DropRows("x".to_owned()))
                    .with(Mutation::Swap(0, 1))
                    .delay(Duration::from_millis(20)),
            )
            .on(When::any(), Act::cut_body().hold());
        let read = Script::from_json(text).unwrap();
        let rewritten = serde_json::to_value(&read).unwrap();
        assert_eq!(rewritten, serde_json::to_value(&built).unwrap());
        assert!(Script::from_json(r#"{"rule": []}"#).is_err(), "unknown keys are refused");
    }
}
