//! A body in a recording: text where it is UTF-8, else base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// The key of a body of bytes.
const BASE64: &str = "base64";

/// The bytes of a body.
///
/// In the file it is a string when it is UTF-8, which keeps every byte, else `{"base64": "…"}`. A file written by hand
/// may hold any other JSON, which stands for its own text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body(pub Vec<u8>);

impl Body {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if let Ok(text) = str::from_utf8(&self.0) {
            return serializer.serialize_str(text);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(BASE64, &STANDARD.encode(&self.0))?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        match &value {
            Value::String(text) => Ok(Self(text.clone().into_bytes())),
            Value::Object(object) => match encoded(object) {
                Some(text) => STANDARD
                    .decode(text)
                    .map(Self)
                    .map_err(|error| D::Error::custom(format!("the body is not base64: {error}"))),
                None => Ok(Self(value.to_string().into_bytes())),
            },
            _ => Ok(Self(value.to_string().into_bytes())),
        }
    }
}

/// The text of a body of bytes; an object with more in it is a body of JSON.
fn encoded(object: &Map<String, Value>) -> Option<&str> {
    object.get(BASE64).filter(|_| object.len() == 1)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_byte_comes_back() {
        let cases: [(&[u8], Value); 5] = [
            (b"", json!("")),
            (b"plain", json!("plain")),
            ("{\"a\": \"\u{fc}\\n\"}  ".as_bytes(), json!("{\"a\": \"\u{fc}\\n\"}  ")),
            (b"\xff\x00\xfe", json!({"base64": "/wD+"})),
            (b"{\"base64\": \"eA==\"}", json!("{\"base64\": \"eA==\"}")),
        ];
        for (bytes, written) in cases {
            let body = Body(bytes.to_vec());
            assert_eq!(serde_json::to_value(&body).expect("written"), written);
            assert_eq!(serde_json::from_value::<Body>(written).expect("read"), body);
        }
    }

    #[test]
    fn json_written_by_hand_stands_for_its_text() {
        let read = |value: Value| serde_json::from_value::<Body>(value);
        assert_eq!(read(json!({"a": [1, null]})).expect("read").0, br#"{"a":[1,null]}"#);
        assert_eq!(read(json!(null)).expect("read").0, b"null");
        let error = read(json!({"base64": "%"})).expect_err("damaged").to_string();
        assert!(error.starts_with("the body is not base64"), "{error}");
    }
}
