//! Headers in a file: an object, in which a repeated name has a list of values.

use serde::de::Error as _;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// Names and values in the order of the message. The file groups the values of one name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    /// Returns true if there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Headers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (at, (name, _)) in self.0.iter().enumerate() {
            if self.0.iter().take(at).any(|(earlier, _)| earlier == name) {
                continue;
            }
            let values: Vec<&str> = self.0.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str()).collect();
            match values.as_slice() {
                [value] => map.serialize_entry(name, value)?,
                several => map.serialize_entry(name, several)?,
            }
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong = |name: &str| D::Error::custom(format!("header `{name}` is neither a string nor a list of strings"));
        let mut headers = Vec::new();
        for (name, value) in Map::deserialize(deserializer)? {
            let values = match value {
                Value::Array(values) => values,
                one => vec![one],
            };
            for value in values {
                let text = value.as_str().ok_or_else(|| wrong(&name))?;
                headers.push((name.clone(), text.to_owned()));
            }
        }
        Ok(Self(headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_repeated_name_has_a_list() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let headers = Headers(vec![pair("b", "1"), pair("a", "2"), pair("b", "3")]);
        let written = json!({"b": ["1", "3"], "a": "2"});
        assert_eq!(serde_json::to_value(&headers).expect("written"), written);
        let read: Headers = serde_json::from_value(written).expect("read");
        assert_eq!(read.0, [pair("b", "1"), pair("b", "3"), pair("a", "2")]);
        let error = serde_json::from_value::<Headers>(json!({"a": 1})).expect_err("a number").to_string();
        assert!(error.contains("`a`"), "{error}");
    }
}
