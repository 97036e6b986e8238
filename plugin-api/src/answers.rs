//! Computed answers: applies a function to every row of a request, for providers without a model.
//!
//! Rows have one of two shapes. Keyed: `{"r0": {"tag": "x7", "row": {"Topic": "…"}}, …}`. List:
//! `[{"id": "k3", "tag": "x7", "row": {…}}, …]`. The answer has the shape of the request, and the part of each row copies
//! its id and its tag. A row may have no tag; other members are ignored.

use crate::completion::{Completion, CompletionRequest};
use crate::error::{Error, ErrorKind, Result};
use serde::Serialize;
use serde_json::{Map, Value};

impl CompletionRequest {
    /// Answers every row with the result of a function of its input columns, for providers without a model. The result
    /// is a map, a struct or a JSON object whose fields are the output columns.
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
    /// The error of the function, with the context `row`; [`ErrorKind::InvalidData`] if its result has no fields;
    /// [`ErrorKind::BadRequest`] if the rows are not valid, which no host sends.
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
            _ => return Err(unreadable("the rows of the request are neither an object nor a list")),
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
        return Err(Error::new(ErrorKind::InvalidData, format!("the answer to row {name} is not an object")));
    };
    let mut answered = Map::new();
    answered.extend(id.map(|id| ("id".to_owned(), id)));
    answered.extend(tag.map(|tag| ("tag".to_owned(), tag)));
    // Output columns cannot be named `id` or `tag`. If a function returns one, the value of the row wins.
    for (column, value) in columns {
        answered.entry(column).or_insert(value);
    }
    Ok(Value::Object(answered))
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
        let number = row.get("A").and_then(Value::as_u64).ok_or_else(|| unreadable("`A` is not a number"))?;
        Ok([("id".to_owned(), json!("mine")), ("b".to_owned(), json!(number * 2))].into_iter().collect())
    }

    #[test]
    fn the_answer_has_the_shape_of_the_request() {
        let cases = [
            (
                "keyed, in the order of the request",
                r#"{"r1":{"tag":"x","row":{"A":1},"rejected":"no"},"r0":{"row":{"A":2}}}"#,
                r#"{"r1":{"tag":"x","id":"mine","b":2},"r0":{"id":"mine","b":4}}"#,
            ),
            (
                "list; the id of the row wins",
                r#"[{"id":"k3","tag":"y","row":{"A":1}},{"row":{"A":3},"id":7}]"#,
                r#"[{"id":"k3","tag":"y","b":2},{"id":7,"b":6}]"#,
            ),
            ("no rows, keyed", "{}", "{}"),
            ("no rows, list", "[]", "[]"),
        ];
        for (name, rows, answer) in cases {
            let completion = request(rows).answer_each(doubled).expect(name);
            assert_eq!(completion, Completion::text(answer), "{name}");
        }
    }

    #[test]
    fn invalid_rows_are_errors() {
        let cases = [
            ("not JSON", "{", "the rows of the request are not JSON: "),
            ("a number", "3", "the rows of the request are neither an object nor a list"),
            ("no row", r#"{"r0":{}}"#, "row r0 of the request has no `row` object"),
            ("a row that is not an object", r#"[{"id":"k","row":3}]"#, "row k of the request has no `row` object"),
            ("no id", r#"[{"row":{}}]"#, "row 0 of the request has no `id`"),
            ("an item that is not an object", "[3]", "row 0 of the request has no `id`"),
        ];
        for (name, rows, expected) in cases {
            let error = request(rows).answer_each(doubled).expect_err(name);
            assert_eq!(error.kind, ErrorKind::BadRequest, "{name}");
            assert!(error.message.starts_with(expected), "{name}: {}", error.message);
        }
    }

    #[test]
    fn errors_of_the_function_name_the_row() {
        let error = request(r#"{"r0":{"row":{"A":1}},"r1":{"row":{}}}"#).answer_each(doubled).unwrap_err();
        assert_eq!((error.message.as_str(), error.context("row")), ("`A` is not a number", Some("r1")));
        let error = request(r#"{"r0":{"row":{}}}"#).answer_each(|_| Ok(3)).unwrap_err();
        assert_eq!(error.message, "the answer to row r0 is not an object");
    }
}
