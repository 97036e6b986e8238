//! Answers that are computed, not asked for: a function from a row to its columns becomes a whole answer.
//!
//! Rows come in either of two shapes. Keyed: `{"r0": {"tag": "x7", "row": {"Topic": "…"}}, …}`. Array:
//! `[{"id": "k3", "tag": "x7", "row": {…}}, …]`. The answer has the shape of the question, and every row's part copies
//! its id and its tag. The tag may be missing; members that are not named here are ignored.

use crate::completion::{Completion, CompletionRequest};
use crate::error::{Error, ErrorKind, Result};
use serde::Serialize;
use serde_json::{Map, Value};

impl CompletionRequest {
    /// Answers every row with what a function makes of its input columns: for providers that are no models. What it
    /// returns is a map, a struct or a JSON object, whose fields are the output columns.
    ///
    /// ```
    /// use rowsmith_plugin_api::prelude::*;
    ///
    /// # fn main() -> Result<()> {
    /// let rows = r#"{"r0": {"tag": "x7", "row": {"Topic": "Locks"}}}"#.to_owned();
    /// let request = CompletionRequest { rows, ..CompletionRequest::default() };
    /// let completion = request.answer_each(|row| {
    ///     let topic = row.get("Topic").and_then(Value::as_str).unwrap_or_default();
    ///     Ok(json!({ "letters": topic.chars().count() }))
    /// })?;
    /// assert_eq!(completion.text, r#"{"r0":{"tag":"x7","letters":5}}"#);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The function's own, with the row's name as the fact `row`; [`ErrorKind::InvalidData`] when what it returned has no
    /// fields; [`ErrorKind::BadRequest`] when the rows cannot be read, which a host does not send.
    pub fn answer_each<T: Serialize>(
        &self,
        mut answer: impl FnMut(&Map<String, Value>) -> Result<T>,
    ) -> Result<Completion> {
        let rows = serde_json::from_str(&self.rows)
            .map_err(|e| unreadable(format!("the rows of the request are not JSON: {e}")))?;
        let answers = match rows {
            Value::Object(members) => {
                let answers = members.into_iter().map(|(key, item)| {
                    let value = answer_one(None, item, &key, &mut answer)?;
                    Ok((key, value))
                });
                answers.collect::<Result<Map<_, _>>>().map(Value::Object)?
            }
            Value::Array(items) => {
                let answers = items.into_iter().enumerate().map(|(index, mut item)| {
                    let id = item.get_mut("id").map(Value::take);
                    let id = id.ok_or_else(|| unreadable(format!("row {index} of the request has no `id`")))?;
                    let name = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
                    answer_one(Some(id), item, &name, &mut answer)
                });
                answers.collect::<Result<Vec<_>>>().map(Value::Array)?
            }
            _ => return Err(unreadable("the rows of the request are neither an object nor an array")),
        };
        Ok(Completion::text(answers.to_string()))
    }
}

fn answer_one<T: Serialize>(
    id: Option<Value>,
    mut item: Value,
    name: &str,
    answer: &mut impl FnMut(&Map<String, Value>) -> Result<T>,
) -> Result<Value> {
    let tag = item.get_mut("tag").map(Value::take);
    let Some(Value::Object(row)) = item.get_mut("row").map(Value::take) else {
        return Err(unreadable(format!("row {name} of the request has no `row` object")));
    };
    let columns = answer(&row).map_err(|e| e.with_context("row", name))?;
    let Value::Object(columns) = serde_json::to_value(columns)? else {
        return Err(Error::new(ErrorKind::InvalidData, format!("the answer to row {name} is no object")));
    };
    let mut whole = Map::new();
    whole.extend(id.map(|id| ("id".to_owned(), id)));
    whole.extend(tag.map(|tag| ("tag".to_owned(), tag)));
    // No output column may be called `id` or `tag`; should a function make one, the row's own wins.
    for (column, value) in columns {
        whole.entry(column).or_insert(value);
    }
    Ok(Value::Object(whole))
}

fn unreadable(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::BadRequest, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn request(rows: &str) -> CompletionRequest {
        CompletionRequest { rows: rows.to_owned(), ..CompletionRequest::default() }
    }

    /// Answers with the row's column `A`, doubled.
    fn doubled(row: &Map<String, Value>) -> Result<Map<String, Value>> {
        let number = row.get("A").and_then(Value::as_u64).ok_or_else(|| unreadable("`A` is no number"))?;
        Ok([("id".to_owned(), json!("mine")), ("b".to_owned(), json!(number * 2))].into_iter().collect())
    }

    #[test]
    fn the_answer_has_the_shape_of_the_question() {
        let cases = [
            (
                "keyed, in the order of the question",
                r#"{"r1":{"tag":"x","row":{"A":1},"rejected":"no"},"r0":{"row":{"A":2}}}"#,
                r#"{"r1":{"tag":"x","id":"mine","b":2},"r0":{"id":"mine","b":4}}"#,
            ),
            (
                "array; the id of the row wins",
                r#"[{"id":"k3","tag":"y","row":{"A":1}},{"row":{"A":3},"id":7}]"#,
                r#"[{"id":"k3","tag":"y","b":2},{"id":7,"b":6}]"#,
            ),
            ("no rows, keyed", "{}", "{}"),
            ("no rows, array", "[]", "[]"),
        ];
        for (name, rows, answer) in cases {
            let completion = request(rows).answer_each(doubled).expect(name);
            assert_eq!(completion, Completion::text(answer), "{name}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let cases = [
            ("not JSON", "{", "the rows of the request are not JSON: "),
            ("a number", "3", "the rows of the request are neither an object nor an array"),
            ("no row", r#"{"r0":{}}"#, "row r0 of the request has no `row` object"),
            ("a row that is none", r#"[{"id":"k","row":3}]"#, "row k of the request has no `row` object"),
            ("no id", r#"[{"row":{}}]"#, "row 0 of the request has no `id`"),
            ("an item that is no object", "[3]", "row 0 of the request has no `id`"),
        ];
        for (name, rows, expected) in cases {
            let error = request(rows).answer_each(doubled).expect_err(name);
            assert_eq!(error.kind, ErrorKind::BadRequest, "{name}");
            assert!(error.message.starts_with(expected), "{name}: {}", error.message);
        }
    }

    #[test]
    fn the_functions_own_error_names_the_row() {
        let error = request(r#"{"r0":{"row":{"A":1}},"r1":{"row":{}}}"#).answer_each(doubled).unwrap_err();
        assert_eq!((error.message.as_str(), error.context("row")), ("`A` is no number", Some("r1")));
        let error = request(r#"{"r0":{"row":{}}}"#).answer_each(|_| Ok(3)).unwrap_err();
        assert_eq!(error.message, "the answer to row r0 is no object");
    }
}
