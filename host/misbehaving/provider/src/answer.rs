//! Valid and invalid answers.

use rowsmith_fake_model::{default_fields, expected_answer};
use rowsmith_plugin_api::prelude::{Result, Value, serde_json};
use serde_json::Map;

/// Returns the answer to the rows, with a fault.
pub(crate) fn text(rows: &str, fault: &str) -> Result<String> {
    let rows: Map<String, Value> = serde_json::from_str(rows)?;
    let mut answers: Vec<(String, Value)> = rows.into_iter().map(|(id, item)| (id, answer(&item))).collect();
    match fault {
        "garbage" => return Ok("I would rather not say. {]".to_owned()),
        // Larger than the maximum size of an answer.
        "huge" => return Ok("x".repeat(65 << 20)),
        // Of the maximum size, without a complete item.
        "long" => return Ok("[{\"id\":".repeat(1 << 16)),
        "unknown_ids" => answers.iter_mut().for_each(|(id, _)| *id = format!("{id}0000")),
        "more_ids" => answers.push(("r999".to_owned(), Value::Bool(true))),
        "repeated_ids" => {
            if let [(first, _), (second, _), ..] = answers.as_mut_slice() {
                second.clone_from(first);
            }
        }
        "swapped_rows" => {
            if let [(_, first), (_, second), ..] = answers.as_mut_slice() {
                std::mem::swap(first, second);
            }
        }
        _ => {}
    }
    let members: Vec<String> = answers.iter().map(|(id, answer)| format!("\"{id}\":{answer}")).collect();
    Ok(format!("{{{}}}", members.join(",")))
}

fn answer(item: &Value) -> Value {
    let mut answer = Map::new();
    if let Some(tag) = item.get("tag") {
        answer.insert("tag".to_owned(), tag.clone());
    }
    answer.extend(expected_answer(item.get("row").unwrap_or(&Value::Null), &default_fields()));
    Value::Object(answer)
}
