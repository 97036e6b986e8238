//! Placeholders in the bodies and headers of scripted replies. Pure.

/// The values that placeholders stand for.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub(crate) output_cap: Option<u64>,
    pub(crate) prompt_tokens: u64,
    /// Arrival of the first completion, in milliseconds since 1970.
    pub(crate) first_ms: u64,
    /// The right answer.
    pub(crate) answer: String,
}

impl Facts {
    /// Returns the text with its placeholders filled; unknown ones stay.
    pub(crate) fn filled(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let found = after.split_once("}}").and_then(|(name, after)| Some((self.value(name)?, after)));
            if let Some((value, after)) = found {
                filled.push_str(&value);
                rest = after;
            } else {
                filled.push_str("{{");
                rest = after;
            }
        }
        filled.push_str(rest);
        filled
    }

    fn value(&self, name: &str) -> Option<String> {
        let cap = self.output_cap.unwrap_or_default();
        let half = self.answer.chars().count() / 2;
        Some(match name {
            "cap" => cap.to_string(),
            "prompt" => self.prompt_tokens.to_string(),
            "total" => self.prompt_tokens.saturating_add(cap).to_string(),
            "answer" => escaped(&self.answer),
            "answer_head" => escaped(&self.answer.chars().take(half).collect::<String>()),
            "answer_tail" => escaped(&self.answer.chars().skip(half).collect::<String>()),
            _ => {
                let (unit, add) = name.split_once('+')?;
                let add: u64 = add.parse().ok()?;
                match unit {
                    "first_ms" => self.first_ms.saturating_add(add).to_string(),
                    "first_secs" => (self.first_ms / 1_000).saturating_add(add).to_string(),
                    _ => return None,
                }
            }
        })
    }
}

/// Returns the text in the form that it has inside of a JSON string.
fn escaped(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_filled_and_other_braces_stay() {
        let facts =
            Facts { output_cap: Some(50), prompt_tokens: 7, first_ms: 10_000, answer: r#"{"a":"é"}"#.to_owned() };
        for (text, expected) in [
            ("{{cap}} {{prompt}} {{total}}", "50 7 57"),
            ("{{first_ms+1500}} {{first_secs+2}}", "11500 12"),
            (r#"{"content":"{{answer}}"}"#, r#"{"content":"{\"a\":\"é\"}"}"#),
            ("{{answer_head}}|{{answer_tail}}", r#"{\"a\"|:\"é\"}"#),
            ("{{other}} {{first_ms+x}} {{", "{{other}} {{first_ms+x}} {{"),
            (r#"{"a":{"b":{}}}"#, r#"{"a":{"b":{}}}"#),
        ] {
            assert_eq!(facts.filled(text), expected, "{text}");
        }
    }

    #[test]
    fn quotes_at_the_ends_of_an_answer_stay() {
        let facts = Facts { output_cap: None, prompt_tokens: 0, first_ms: 0, answer: "\"a\"".to_owned() };
        assert_eq!(facts.filled("{{answer}}"), r#"\"a\""#);
    }
}
