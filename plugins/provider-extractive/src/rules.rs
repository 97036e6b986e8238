//! The rules of the output columns, parsed once per request and prepared for every row.

use crate::classify::Profile;
use crate::words::{Word, words};
use rowsmith_plugin_api::prelude::{ColumnType, Deserialize, Error, ErrorKind, Result, Value, serde_json};
use serde::Deserializer;
use serde::de::{MapAccess, Visitor};
use std::fmt;

/// The rule of one column. It has no `pattern`, which only the host checks.
#[derive(Debug, Deserialize, Default)]
#[serde(default)]
pub(crate) struct Rule {
    #[serde(rename = "type")]
    pub(crate) kind: ColumnType,
    #[serde(rename = "enum")]
    pub(crate) values: Option<Vec<Value>>,
    pub(crate) min: Option<f64>,
    pub(crate) max: Option<f64>,
    pub(crate) min_length: Option<usize>,
    pub(crate) max_length: Option<usize>,
    pub(crate) max_words: Option<usize>,
    pub(crate) min_items: Option<usize>,
    pub(crate) max_items: Option<usize>,
    pub(crate) items: Option<Box<Self>>,
    pub(crate) properties: Rules,
    pub(crate) optional: bool,
    pub(crate) description: Option<String>,
    /// Stems of the rule's name and description, sorted.
    #[serde(skip)]
    pub(crate) about: Vec<u64>,
    /// One profile for each value of `values`.
    #[serde(skip)]
    pub(crate) profiles: Vec<Profile>,
}

/// Rules by name, in the order of the request.
#[derive(Debug, Default)]
pub(crate) struct Rules(pub(crate) Vec<(String, Rule)>);

impl Rules {
    /// Parses the rules from JSON.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let mut rules: Self = serde_json::from_str(text)
            .map_err(|e| Error::new(ErrorKind::BadRequest, format!("invalid rules of the output columns: {e}")))?;
        rules.prepare();
        Ok(rules)
    }

    fn prepare(&mut self) {
        for (name, rule) in &mut self.0 {
            rule.prepare(name);
        }
    }
}

impl Rule {
    fn prepare(&mut self, name: &str) {
        let description = self.description.as_deref().unwrap_or_default();
        self.about = words(name).chain(words(description)).filter(Word::is_content).map(|word| word.stem).collect();
        self.about.sort_unstable();
        self.about.dedup();
        if let Some(values) = &self.values {
            self.profiles = Profile::of_values(values, description);
        }
        if let Some(items) = &mut self.items {
            items.prepare(name);
        }
        self.properties.prepare();
    }
}

impl<'de> Deserialize<'de> for Rules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Rules;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of rules")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Rules, A::Error> {
                let mut rules = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    rules.push(entry);
                }
                Ok(Rules(rules))
            }

            // Absent parts of a rule can be null.
            fn visit_unit<E>(self) -> Result<Rules, E> {
                Ok(Rules::default())
            }
        }

        deserializer.deserialize_any(InOrder)
    }
}

#[cfg(test)]
mod tests {
    use super::{ColumnType, Rules};

    #[test]
    fn rules_keep_their_order_and_nest() {
        let text = r#"{"z":{"type":"array","items":{"enum":["a","b"]},"properties":null},
            "a":{"type":"object","properties":{"n":{"type":"integer","min":1,"max":5.5}},"later":true}}"#;
        let rules = Rules::parse(text).expect("valid rules");
        let names: Vec<_> = rules.0.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["z", "a"]);
        assert_eq!(rules.0[0].1.items.as_ref().map(|items| items.profiles.len()), Some(2));
        let (name, inner) = &rules.0[1].1.properties.0[0];
        assert_eq!((name.as_str(), inner.kind, inner.max), ("n", ColumnType::Integer, Some(5.5)));
    }

    #[test]
    fn an_unknown_type_is_named() {
        let error = Rules::parse(r#"{"a":{"type":"date"}}"#).expect_err("an unknown type");
        assert!(error.message.contains("`date`"), "{}", error.message);
    }
}
