//! A body in a file: text if it is UTF-8, else base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::de::Error as _;
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// Key of a body that is not UTF-8.
const BASE64: &str = "base64";

/// The bytes of a body.
///
/// A UTF-8 body is stored as a string, which keeps every byte; any other as `{"base64": "…"}`. A file written by hand may
/// hold other JSON in its place: the body is then the text of that JSON.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Body(pub Vec<u8>);

impl Body {
    /// Returns true if it has no bytes.
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
                    .map_err(|error| D::Error::custom(format!("the body is not valid base64: {error}"))),
                None => Ok(Self(value.to_string().into_bytes())),
            },
            _ => Ok(Self(value.to_string().into_bytes())),
        }
    }
}

/// Returns the base64 text of a body of bytes. An object with further keys is a body of JSON.
fn encoded(object: &Map<String, Value>) -> Option<&str> {
    object.get(BASE64).filter(|_| object.len() == 1)?.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_byte_survives_storage() {
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
    fn json_in_place_of_a_string_is_read_as_its_text() {
        let read = |value: Value| serde_json::from_value::<Body>(value);
        assert_eq!(read(json!({"a": [1, null]})).expect("read").0, br#"{"a":[1,null]}"#);
        assert_eq!(read(json!(null)).expect("read").0, b"null");
        let error = read(json!({"base64": "%"})).expect_err("damaged").to_string();
        assert!(error.contains("base64"), "{error}");
    }
}
