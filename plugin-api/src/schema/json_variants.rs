//! The variants of a table in the JSON text of a schema, for hosts and test kits.

use serde_json::Value;

/// The variants of a table: alternatives of `oneOf` that a constant key, the tag, distinguishes.
#[derive(Debug, Clone)]
pub struct JsonVariants<'a> {
    /// Name of the tag.
    pub tag: &'a str,
    /// The value of the tag and the schema of each variant.
    pub variants: Vec<(&'a str, &'a Value)>,
}

impl<'a> JsonVariants<'a> {
    /// Returns the variants of a schema; `None` for a schema without a tag.
    pub fn of(schema: &'a Value) -> Option<Self> {
        let alternatives = schema.get("oneOf")?.as_array()?;
        let properties = alternatives.first()?.get("properties")?.as_object()?;
        let (tag, _) = properties.iter().find(|(_, property)| property.get("const").is_some())?;
        let name = |alternative: &'a Value| Some((alternative["properties"][tag]["const"].as_str()?, alternative));
        let variants = alternatives.iter().map(name).collect::<Option<Vec<_>>>()?;
        Some(Self { tag, variants })
    }

    /// Returns the values of the tag.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.variants.iter().map(|(name, _)| *name)
    }

    /// Returns the schema of the variant with this value of the tag.
    pub fn named(&self, name: &str) -> Option<&'a Value> {
        self.variants.iter().find(|(known, _)| *known == name).map(|(_, schema)| *schema)
    }
}

/// Returns the schema of a table: that of the variant that its tag names, or the schema itself without variants.
///
/// Returns the schema itself also for an unknown variant; it has no properties.
pub fn schema_of_table<'a>(schema: &'a Value, table: &Value) -> &'a Value {
    let variant = || {
        let variants = JsonVariants::of(schema)?;
        variants.named(table.get(variants.tag)?.as_str()?)
    };
    variant().unwrap_or(schema)
}

/// Returns the schema of an item of a list: `items` is one schema for all items, or a list with one for each.
pub fn schema_of_item(schema: &Value, index: usize) -> Option<&Value> {
    match schema.get("items")? {
        Value::Array(items) => items.get(index),
        items => Some(items),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_tag_selects_its_variant() {
        let variant = |name: &str| json!({"properties": {"kind": {"const": name}, name: {"type": "integer"}}});
        let schema = json!({"oneOf": [variant("a"), variant("b")]});
        assert_eq!(schema_of_table(&schema, &json!({"kind": "b"})), &variant("b"));
        for table in [json!({"kind": "c"}), json!({"kind": 1}), json!({}), json!(1)] {
            assert_eq!(schema_of_table(&schema, &table), &schema, "{table}");
        }
        let variants = JsonVariants::of(&schema).unwrap();
        assert_eq!((variants.tag, variants.names().collect::<Vec<_>>()), ("kind", vec!["a", "b"]));
        for other in [json!({"oneOf": []}), json!({"oneOf": [{"type": "string"}]}), json!({"type": "object"})] {
            assert!(JsonVariants::of(&other).is_none(), "{other}");
        }
    }

    #[test]
    fn items_have_one_schema_or_one_each() {
        let schema = json!({"items": [{"type": "string"}, {"type": "integer"}]});
        assert_eq!(schema_of_item(&schema, 1), Some(&json!({"type": "integer"})));
        assert_eq!(schema_of_item(&schema, 2), None);
        assert_eq!(schema_of_item(&json!({"items": {"type": "string"}}), 7), Some(&json!({"type": "string"})));
        assert_eq!(schema_of_item(&json!({}), 0), None);
    }
}
