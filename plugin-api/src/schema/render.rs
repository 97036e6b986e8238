//! Renders a [`Schema`] to draft-07 JSON Schema text, at compile time or at run time.
//!
//! Pure and total. The members of each object have the order `type`, `description`, keywords of the type, `default`.

use super::shape::{Field, ObjectSchema, Schema};
use super::text::Text;

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
        Schema::Number => "number",
        Schema::String { .. } | Schema::Enum(_) => "string",
        Schema::Array(_) => "array",
        Schema::Map(_) | Schema::Object(_) => "object",
    };
    out.key("type");
    out.string(name);
}

/// The description of a field is more specific than that of its type, so it takes precedence.
const fn write_description(out: &mut Text<'_>, schema: &Schema, of_field: &str) {
    let description = match schema {
        Schema::Object(object) if of_field.is_empty() => object.description,
        _ => of_field,
    };
    if !description.is_empty() {
        out.key("description");
        out.string(description);
    }
}

const fn write_keywords(out: &mut Text<'_>, schema: &Schema) {
    match schema {
        Schema::Any | Schema::Boolean | Schema::Number => {}
        Schema::Integer { minimum, maximum } => {
            write_bound(out, "minimum", *minimum);
            write_bound(out, "maximum", *maximum);
        }
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
        Schema::Map(values) => {
            out.key("additionalProperties");
            write_schema(out, values, "", None);
        }
        Schema::Object(object) => write_object(out, object),
        Schema::OneOf(choices) => write_choices(out, choices),
    }
}

const fn write_bound(out: &mut Text<'_>, keyword: &str, bound: Option<i64>) {
    if let Some(bound) = bound {
        out.key(keyword);
        out.integer(bound);
    }
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

const fn write_choices(out: &mut Text<'_>, choices: &[Schema]) {
    out.key("anyOf");
    out.raw("[");
    let mut at = 0;
    while at < choices.len() {
        out.separate();
        write_schema(out, &choices[at], "", None);
        at += 1;
    }
    out.raw("]");
}

const fn write_object(out: &mut Text<'_>, object: &ObjectSchema) {
    out.key("additionalProperties");
    out.raw("false");
    out.key("properties");
    out.raw("{");
    write_properties(out, object.fields);
    out.raw("}");
    out.key("required");
    out.raw("[");
    write_required(out, object.fields);
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
