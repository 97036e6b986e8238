//! Reads the rows of a request, in either of the two shapes that a host sends.
//!
//! Keyed: `{"r0": {"tag": "x7", "row": {"Topic": "…"}}, …}`. Array: `[{"id": "k3", "tag": "x7", "row": {…}}, …]`.
//! The tag may be missing; members that are not named here are ignored.

use rowsmith_plugin_api::prelude::serde_json::{self, Map};
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Result, Value};

/// One row to answer for.
#[derive(Debug, PartialEq)]
pub(crate) struct Question {
    /// What the answer must copy, if anything.
    pub(crate) tag: Option<Value>,
    /// The input columns.
    pub(crate) row: Map<String, Value>,
}

/// The rows of one request, with what names each in the answer.
#[derive(Debug, PartialEq)]
pub(crate) enum Batch {
    /// Named by the key of an object.
    Keyed(Vec<(String, Question)>),
    /// Named by an `id` inside an array's items.
    Listed(Vec<(Value, Question)>),
}

impl Batch {
    /// Reads the rows' JSON text.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        match serde_json::from_str(text)
            .map_err(|e| unreadable(format!("the rows of the request are not JSON: {e}")))?
        {
            Value::Object(members) => {
                let rows = members.into_iter().map(|(key, item)| {
                    let question = Question::from_item(item, &key)?;
                    Ok((key, question))
                });
                rows.collect::<Result<_>>().map(Self::Keyed)
            }
            Value::Array(items) => {
                let rows = items.into_iter().enumerate().map(|(index, mut item)| {
                    let id = item.get_mut("id").map(Value::take);
                    let id = id.ok_or_else(|| unreadable(format!("row {index} of the request has no `id`")))?;
                    let question = Question::from_item(item, &id.to_string())?;
                    Ok((id, question))
                });
                rows.collect::<Result<_>>().map(Self::Listed)
            }
            _ => Err(unreadable("the rows of the request are neither an object nor an array")),
        }
    }
}

impl Question {
    fn from_item(mut item: Value, name: &str) -> Result<Self> {
        let tag = item.get_mut("tag").map(Value::take);
        match item.get_mut("row").map(Value::take) {
            Some(Value::Object(row)) => Ok(Self { tag, row }),
            _ => Err(unreadable(format!("row {name} of the request has no `row` object"))),
        }
    }
}

fn unreadable(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::BadRequest, message)
}

#[cfg(test)]
mod tests {
    use super::Batch;
    use rowsmith_plugin_api::prelude::json;

    #[test]
    fn reads_both_shapes() {
        let Ok(Batch::Keyed(rows)) =
            Batch::parse(r#"{"r0":{"tag":"x","row":{"A":"b"},"rejected":"no"},"r1":{"row":{}}}"#)
        else {
            panic!("keyed rows were not read");
        };
        assert_eq!(rows[0].0, "r0");
        assert_eq!(rows[0].1.tag, Some(json!("x")));
        assert_eq!(rows[0].1.row["A"], "b");
        assert_eq!(rows[1].1.tag, None);

        let Ok(Batch::Listed(rows)) = Batch::parse(r#"[{"id":"k3","row":{"A":1}}]"#) else {
            panic!("listed rows were not read");
        };
        assert_eq!(rows[0].0, json!("k3"));
        assert_eq!(rows[0].1.row["A"], 1);
    }

    #[test]
    fn says_what_is_wrong() {
        let cases = [
            ("not JSON", "{", "the rows of the request are not JSON: "),
            ("a number", "3", "the rows of the request are neither an object nor an array"),
            ("no row", r#"{"r0":{}}"#, "row r0 of the request has no `row` object"),
            ("no id", r#"[{"row":{}}]"#, "row 0 of the request has no `id`"),
        ];
        for (name, text, expected) in cases {
            let error = Batch::parse(text).expect_err(name);
            assert!(error.message.starts_with(expected), "{name}: {}", error.message);
        }
    }
}
