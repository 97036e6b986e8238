//! Stage 2: computes the key of each row's question. Pure.
//!
//! A key is the SHA-256 of everything that shapes an answer: the instructions, the names of the input columns, the rules,
//! the provider and model with their settings, and the row's input values, each with its type and length, so that two
//! different rows never produce the same bytes. Absent equals null. Batch sizes, limits and paths are not part of it.

use super::question::RowKey;
use super::question_digest::QuestionDigest;
use rowsmith_plugin_api::row::{Cell, CellKind, RowChunk};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::Arc;

/// The version of the key; raised when the same question gets another key.
const KEY_FORMAT: &[u8] = b"rowsmith-key-1";

/// The parts of a question that all rows of a run share.
#[derive(Debug, Clone, Copy)]
pub struct QuestionParts<'a> {
    /// The user's instructions.
    pub instructions: &'a str,
    /// The names of the input columns; empty for all columns of a row.
    pub input: &'a [String],
    /// The rules of the output columns, as JSON text.
    pub rules: &'a str,
    /// The provider plugin's name and major version.
    pub provider: &'a str,
    /// The settings that shape the provider's answers.
    pub identity: &'a Value,
}

/// Computes row keys.
#[derive(Clone)]
pub struct Fingerprinter {
    base: Sha256,
    input: Vec<String>,
    /// Maximum characters by column.
    max_chars: Vec<(String, usize)>,
    digest: QuestionDigest,
}

/// The positions of the input columns in chunks of one shape.
#[derive(Debug, Clone, PartialEq)]
pub struct InputPlan {
    columns: Arc<[String]>,
    /// Name, position and maximum characters.
    cells: Vec<(String, Option<usize>, Option<usize>)>,
}

impl Fingerprinter {
    /// Creates a fingerprinter and hashes the part that all rows share.
    pub fn new(parts: QuestionParts<'_>, max_chars: Vec<(String, usize)>) -> Self {
        let mut base = Sha256::new();
        base.update(KEY_FORMAT);
        let identity = canonical(parts.identity);
        for part in [parts.instructions, parts.rules, parts.provider, &identity] {
            put(&mut base, part.as_bytes());
        }
        base.update((parts.input.len() as u64).to_le_bytes());
        for name in parts.input {
            put(&mut base, name.as_bytes());
        }
        Self { base, input: parts.input.to_vec(), max_chars, digest: QuestionDigest::of(&parts) }
    }

    /// Returns the digests of the parts that all rows share.
    pub fn digest(&self) -> &QuestionDigest {
        &self.digest
    }

    /// Returns the positions of the input columns in chunks with these columns.
    pub fn plan(&self, columns: &Arc<[String]>) -> InputPlan {
        let max = |name: &str| self.max_chars.iter().find(|(n, _)| n == name).map(|(_, max)| *max);
        let names = if self.input.is_empty() { columns.to_vec() } else { self.input.clone() };
        let all = self.input.is_empty();
        let cells = names
            .into_iter()
            .enumerate()
            .map(|(at, name)| {
                let place = if all { Some(at) } else { columns.iter().position(|c| *c == name) };
                let max = max(&name);
                (name, place, max)
            })
            .collect();
        InputPlan { columns: Arc::clone(columns), cells }
    }

    /// Returns the key of one row.
    pub fn key(&self, plan: &InputPlan, chunk: &RowChunk, row: usize) -> RowKey {
        let mut hash = self.base.clone();
        for (name, cell) in plan.shown(chunk, row) {
            let kind = if cell.kind == CellKind::Absent { CellKind::Null } else { cell.kind };
            if self.input.is_empty() {
                if kind == CellKind::Null {
                    continue;
                }
                put(&mut hash, name.as_bytes());
            }
            let mut head = [0_u8; 9];
            head[0] = kind as u8;
            head[1..].copy_from_slice(&(cell.text.len() as u64).to_le_bytes());
            hash.update(head);
            hash.update(cell.text.as_bytes());
        }
        RowKey(hash.finalize().into())
    }
}

impl InputPlan {
    /// Returns whether the plan fits a chunk.
    pub fn fits(&self, chunk: &RowChunk) -> bool {
        Arc::ptr_eq(&self.columns, chunk.columns()) || self.columns == *chunk.columns()
    }

    /// Returns the input columns that chunks of this shape lack.
    pub fn missing(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().filter(|(_, place, _)| place.is_none()).map(|(name, ..)| name.as_str())
    }

    /// Returns the names and cells that the model sees, cut to their limits.
    pub fn shown<'a>(&'a self, chunk: &'a RowChunk, row: usize) -> impl Iterator<Item = (&'a str, Cell<'a>)> {
        self.cells.iter().map(move |(name, place, max)| {
            let mut cell = place.map_or(Cell::ABSENT, |place| chunk.cell(row, place));
            if let (Some(max), CellKind::String) = (max, cell.kind) {
                cell.text = first_chars(cell.text, *max);
            }
            (name.as_str(), cell)
        })
    }

    /// Returns whether all input columns of a row are empty.
    pub fn is_blank(&self, chunk: &RowChunk, row: usize) -> bool {
        self.shown(chunk, row).all(|(_, cell)| cell.is_blank())
    }

    /// Returns the input columns of a row as a JSON object. Null columns are omitted, as they are in the key.
    pub fn body(&self, chunk: &RowChunk, row: usize) -> String {
        let mut out = Vec::with_capacity(128);
        out.push(b'{');
        for (name, cell) in self.shown(chunk, row) {
            if matches!(cell.kind, CellKind::Absent | CellKind::Null) {
                continue;
            }
            if out.len() > 1 {
                out.push(b',');
            }
            Cell::string(name).write_json(&mut out);
            out.push(b':');
            cell.write_json(&mut out);
        }
        out.push(b'}');
        String::from_utf8(out).unwrap_or_default()
    }
}

fn put(hash: &mut Sha256, bytes: &[u8]) {
    hash.update((bytes.len() as u64).to_le_bytes());
    hash.update(bytes);
}

/// Returns the first `max` characters of a text.
fn first_chars(text: &str, max: usize) -> &str {
    if text.len() <= max {
        return text;
    }
    let end = text.char_indices().nth(max).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

/// Returns JSON text that does not depend on the order of keys.
pub(super) fn canonical(value: &Value) -> Cow<'static, str> {
    fn sorted(value: &Value) -> Value {
        match value {
            Value::Object(map) => {
                let mut entries: Vec<_> = map.iter().collect();
                entries.sort_by_key(|(key, _)| *key);
                Value::Object(entries.into_iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
            }
            Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
            other => other.clone(),
        }
    }
    Cow::Owned(sorted(value).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowsmith_plugin_api::row::ChunkBuilder;
    use serde_json::json;

    fn names(input: &[&str]) -> Vec<String> {
        input.iter().map(|s| (*s).to_owned()).collect()
    }

    fn parts<'a>(input: &'a [String], identity: &'a Value) -> QuestionParts<'a> {
        QuestionParts { instructions: "do", input, rules: "{}", provider: "gemini@0.1", identity }
    }

    fn key_of(input: &[&str], row: &Value) -> RowKey {
        let input = names(input);
        let prints = Fingerprinter::new(parts(&input, &json!({"model": "m"})), Vec::new());
        let mut builder = ChunkBuilder::new();
        builder.push(row).unwrap();
        let chunk = builder.take();
        prints.key(&prints.plan(chunk.columns()), &chunk, 0)
    }

    #[test]
    fn the_key_of_a_known_row_never_changes() {
        let key = key_of(&["a", "b"], &json!({"a": "x", "b": 1}));
        assert_eq!(key.hex(), include_str!("golden_key.txt").trim());
    }

    #[test]
    fn rows_that_differ_have_different_keys() {
        let rows = [
            json!({"a": "a|b", "b": "c"}),
            json!({"a": "a", "b": "b|c"}),
            json!({"a": "1"}),
            json!({"a": 1}),
            json!({"a": 1.0}),
            json!({"a": ""}),
            json!({"b": "1"}),
            json!({"a": [1]}),
            json!({"a": "[1]"}),
            json!({"a": true}),
        ];
        let mut keys: Vec<_> = rows.iter().map(|row| key_of(&["a", "b"], row)).collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), rows.len());
    }

    #[test]
    fn what_does_not_change_the_question_does_not_change_the_key() {
        let plain = key_of(&["a"], &json!({"a": "x"}));
        assert_eq!(plain, key_of(&["a"], &json!({"z": "other columns", "a": "x"})), "columns that are not shown");
        assert_eq!(
            key_of(&["a", "b"], &json!({"a": "x"})),
            key_of(&["a", "b"], &json!({"b": null, "a": "x"})),
            "null is absent"
        );
        assert_eq!(
            key_of(&[], &json!({"a": "x"})),
            key_of(&[], &json!({"a": "x", "b": null})),
            "null is absent among all"
        );
    }

    #[test]
    fn what_changes_the_question_changes_the_key() {
        let input = names(&["a"]);
        let (one, two) = (json!({"model": "m"}), json!({"model": "n"}));
        let base = parts(&input, &one);
        let other_input = names(&["b"]);
        let variants = [
            base,
            QuestionParts { instructions: "other", ..base },
            QuestionParts { rules: "{\"x\":1}", ..base },
            QuestionParts { provider: "openai@0.1", ..base },
            QuestionParts { identity: &two, ..base },
            QuestionParts { input: &other_input, ..base },
        ];
        let mut builder = ChunkBuilder::new();
        builder.push(&json!({"a": "x", "b": "x"})).unwrap();
        let chunk = builder.take();
        let mut keys: Vec<_> = variants
            .iter()
            .map(|parts| {
                let prints = Fingerprinter::new(*parts, Vec::new());
                prints.key(&prints.plan(chunk.columns()), &chunk, 0)
            })
            .collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), variants.len());
    }

    #[test]
    fn a_column_is_shown_and_hashed_up_to_its_limit() {
        let input = names(&["a"]);
        let identity = json!({});
        let prints = Fingerprinter::new(parts(&input, &identity), vec![("a".to_owned(), 3)]);
        let mut builder = ChunkBuilder::new();
        builder.push(&json!({"a": "äöü and more"})).unwrap();
        builder.push(&json!({"a": "äöü and less"})).unwrap();
        let chunk = builder.take();
        let plan = prints.plan(chunk.columns());
        assert_eq!(plan.body(&chunk, 0), r#"{"a":"äöü"}"#);
        assert_eq!(prints.key(&plan, &chunk, 0), prints.key(&plan, &chunk, 1));
    }
}
