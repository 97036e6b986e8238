//! Renders a [`Schema`] to draft-07 JSON Schema text, at compile time or at run time.
//!
//! Pure and total. The members of each object have the order `type`, `description`, keywords of the type, `default`.

use super::shape::{Field, Schema, TaggedSchema, VariantSchema};
use super::text::Text;
use crate::duration::FORMAT;

/// Pattern of durations, for editors.
const DURATION_PATTERN: &str = "^ *(([0-9]+([.][0-9]*)?|[.][0-9]+) *(d|h|m|s|ms|us|µs|ns) *)+$";

/// Writes as much of the schema's text as fits into `buffer`, and returns the length of the whole text.
pub(super) const fn render(schema: &Schema, buffer: &mut [u8]) -> usize {
    let mut out = Text::new(buffer);
    write_schema(&mut out, schema, "", None);
    out.len()
}

const fn write_schema(out: &mut Text<'_>, schema: &Schema, description: &str, default: Option<&str>) {
    out.raw("{");
    write_type(out, schema);
    write_description(out, schema, description);
    write_keywords(out, schema);
    if let Some(json) = default {
        out.key("default");
        out.raw(json);
    }
    out.raw("}");
}

const fn write_type(out: &mut Text<'_>, schema: &Schema) {
    let name = match schema {
        Schema::Any | Schema::OneOf(_) => return,
        Schema::Boolean => "boolean",
        Schema::Integer { .. } => "integer",
        Schema::Number { .. } => "number",
        Schema::String { .. } | Schema::Enum(_) | Schema::Duration { .. } => "string",
        Schema::Array(_) | Schema::FixedArray { .. } | Schema::Tuple(_) => "array",
        Schema::Map(_) | Schema::Object(_) | Schema::Tagged(_) => "object",
    };
    out.key("type");
    out.string(name);
}

/// The description of a field is more specific than that of its type, so it takes precedence.
const fn write_description(out: &mut Text<'_>, schema: &Schema, of_field: &str) {
    let description = match schema {
        Schema::Object(object) if of_field.is_empty() => object.description,
        Schema::Tagged(tagged) if of_field.is_empty() => tagged.description,
        _ => of_field,
    };
    if !description.is_empty() {
        out.key("description");
        out.string(description);
    }
}

const fn write_keywords(out: &mut Text<'_>, schema: &Schema) {
    match schema {
        Schema::Any | Schema::Boolean => {}
        Schema::Integer { minimum, maximum } => {
            write_bound(out, "minimum", *minimum);
            write_bound(out, "maximum", *maximum);
        }
        Schema::Number { minimum, maximum } => {
            write_raw(out, "minimum", *minimum);
            write_raw(out, "maximum", *maximum);
        }
        Schema::Duration { minimum, maximum } => write_duration(out, *minimum, *maximum),
        Schema::String { format } => {
            if let Some(format) = format {
                out.key("format");
                out.string(format);
            }
        }
        Schema::Enum(names) => write_enum(out, names),
        Schema::Array(items) => {
            out.key("items");
            write_schema(out, items, "", None);
        }
        Schema::FixedArray { items, length } => {
            out.key("items");
            write_schema(out, items, "", None);
            write_length(out, *length);
        }
        Schema::Tuple(items) => {
            out.key("items");
            write_schemas(out, items);
            write_length(out, items.len());
        }
        Schema::Map(values) => {
            out.key("additionalProperties");
            write_schema(out, values, "", None);
        }
        Schema::Object(object) => write_table(out, object.fields, None),
        Schema::Tagged(tagged) => write_variants(out, tagged),
        Schema::OneOf(choices) => {
            out.key("anyOf");
            write_schemas(out, choices);
        }
    }
}

const fn write_bound(out: &mut Text<'_>, keyword: &str, bound: Option<i64>) {
    if let Some(bound) = bound {
        out.key(keyword);
        out.integer(bound);
    }
}

const fn write_raw(out: &mut Text<'_>, keyword: &str, json: Option<&str>) {
    if let Some(json) = json {
        out.key(keyword);
        out.raw(json);
    }
}

const fn write_text(out: &mut Text<'_>, keyword: &str, text: Option<&str>) {
    if let Some(text) = text {
        out.key(keyword);
        out.string(text);
    }
}

/// `formatMinimum` and `formatMaximum` are the keywords of common validators for bounds of formatted strings.
const fn write_duration(out: &mut Text<'_>, minimum: Option<&str>, maximum: Option<&str>) {
    write_text(out, "format", Some(FORMAT));
    write_text(out, "pattern", Some(DURATION_PATTERN));
    write_text(out, "formatMinimum", minimum);
    write_text(out, "formatMaximum", maximum);
}

const fn write_length(out: &mut Text<'_>, length: usize) {
    out.key("minItems");
    out.count(length);
    out.key("maxItems");
    out.count(length);
}

const fn write_enum(out: &mut Text<'_>, names: &[&str]) {
    out.key("enum");
    out.raw("[");
    let mut at = 0;
    while at < names.len() {
        out.separate();
        out.string(names[at]);
        at += 1;
    }
    out.raw("]");
}

const fn write_schemas(out: &mut Text<'_>, schemas: &[Schema]) {
    out.raw("[");
    let mut at = 0;
    while at < schemas.len() {
        out.separate();
        write_schema(out, &schemas[at], "", None);
        at += 1;
    }
    out.raw("]");
}

const fn write_variants(out: &mut Text<'_>, tagged: &TaggedSchema) {
    out.key("oneOf");
    out.raw("[");
    let mut at = 0;
    while at < tagged.variants.len() {
        let variant = &tagged.variants[at];
        out.separate();
        out.raw("{");
        write_text(out, "type", Some("object"));
        if !variant.description.is_empty() {
            write_text(out, "description", Some(variant.description));
        }
        write_table(out, variant.fields, Some((tagged.tag, variant)));
        out.raw("}");
        at += 1;
    }
    out.raw("]");
}

/// Writes the keys of a table. The tag of a variant comes first.
const fn write_table(out: &mut Text<'_>, fields: &[Field], variant: Option<(&str, &VariantSchema)>) {
    out.key("additionalProperties");
    out.raw("false");
    out.key("properties");
    out.raw("{");
    if let Some((tag, variant)) = variant {
        out.key(tag);
        out.raw("{");
        write_text(out, "type", Some("string"));
        write_text(out, "const", Some(variant.name));
        out.raw("}");
    }
    write_properties(out, fields);
    out.raw("}");
    out.key("required");
    out.raw("[");
    if let Some((tag, _)) = variant {
        out.string(tag);
    }
    write_required(out, fields);
    out.raw("]");
}

const fn write_properties(out: &mut Text<'_>, fields: &[Field]) {
    let mut at = 0;
    while at < fields.len() {
        let field = &fields[at];
        out.key(field.name);
        write_schema(out, &field.schema, field.description, field.default);
        at += 1;
    }
}

const fn write_required(out: &mut Text<'_>, fields: &[Field]) {
    let mut at = 0;
    while at < fields.len() {
        if fields[at].required {
            out.separate();
            out.string(fields[at].name);
        }
        at += 1;
    }
}
