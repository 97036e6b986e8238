//! Checks a table whose tag names its variant.

use rowsmith_plugin_api::schema::JsonVariants;
use serde_json::{Map, Value};

use super::schema_check::Check;
use super::schema_limits::type_in_words;
use super::{ProblemKind, nearest, pointer};

impl<'a> Check<'a> {
    /// Checks the tag, then the other keys against the schema of the variant. Without a valid tag, they are unknown.
    pub(super) fn tagged_table(&mut self, pointer: &str, table: &Map<String, Value>, variants: &JsonVariants<'a>) {
        let allowed = || variants.names().map(str::to_owned).collect::<Vec<_>>();
        let tag = variants.tag.to_owned();
        let at_tag = pointer::push(pointer, variants.tag);
        let (place, kind) = match table.get(variants.tag) {
            Some(Value::String(name)) => {
                if let Some(schema) = variants.named(name) {
                    return self.variant(pointer, table, schema, variants);
                }
                let nearest = nearest(name, variants.names()).map(str::to_owned);
                (at_tag, ProblemKind::NotInEnum { allowed: allowed(), found: name.clone(), nearest })
            }
            Some(other) => {
                let (expected, found) = ("a string".to_owned(), type_in_words(other));
                (at_tag, ProblemKind::WrongType { expected, found })
            }
            // A misspelt tag is one problem, not two.
            None => table.keys().find(|key| is_misspelt_tag(key, variants)).map_or_else(
                || (pointer.to_owned(), ProblemKind::MissingTag { key: tag.clone(), allowed: allowed() }),
                |key| {
                    let kind = ProblemKind::UnknownKey { known: vec![tag.clone()], nearest: Some(tag.clone()) };
                    (pointer::push(pointer, key), kind)
                },
            ),
        };
        self.report(&place, kind);
    }

    fn variant(&mut self, pointer: &str, table: &Map<String, Value>, schema: &'a Value, variants: &JsonVariants<'_>) {
        let before = self.problems.len();
        self.table(pointer, table, schema);
        for problem in self.problems.iter_mut().skip(before) {
            let is_unknown = matches!(problem.kind, ProblemKind::UnknownKey { .. });
            if !is_unknown || pointer::parent(&problem.pointer) != Some(pointer) {
                continue;
            }
            let key = pointer::segments(&problem.pointer).pop().unwrap_or_default();
            let with_key: Vec<String> = variants_with(&key, variants).map(str::to_owned).collect();
            if !with_key.is_empty() {
                problem.kind = ProblemKind::KeyOfOtherVariant { tag: variants.tag.to_owned(), variants: with_key };
            }
        }
    }
}

fn variants_with<'v>(key: &str, variants: &JsonVariants<'v>) -> impl Iterator<Item = &'v str> {
    variants.variants.iter().filter(move |(_, schema)| schema["properties"].get(key).is_some()).map(|(name, _)| *name)
}

fn is_misspelt_tag(key: &str, variants: &JsonVariants<'_>) -> bool {
    nearest(key, [variants.tag]).is_some() && variants_with(key, variants).next().is_none()
}
