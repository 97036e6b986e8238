//! The JSON text of a [`Schema`]: as a constant through `schema_json!`, as a value at run time.

use super::render::render;
use super::shape::Schema;

/// Returns the length of the schema's JSON text in bytes.
pub const fn json_len(schema: &Schema) -> usize {
    render(schema, &mut [])
}

/// Renders the schema to JSON text in UTF-8. `N` is the result of [`json_len`].
///
/// # Panics
/// If `N` is another number. In a constant, as in `schema_json!`, that is a compile error.
pub const fn write_json<const N: usize>(schema: &Schema) -> [u8; N] {
    let mut bytes = [0; N];
    let len = render(schema, &mut bytes);
    assert!(len == N, "`N` is not the length of the schema's text");
    bytes
}

/// Converts the bytes from [`write_json`] to text.
///
/// # Panics
/// If the bytes are not UTF-8; the bytes from [`write_json`] always are.
#[doc(hidden)]
pub const fn json_text(json: &[u8]) -> &str {
    match std::str::from_utf8(json) {
        Ok(text) => text,
        Err(_) => panic!("the schema's text is not UTF-8"),
    }
}

/// Converts the schema to a JSON value.
///
/// # Panics
/// If a [`Field::default`](super::Field::default) is not JSON. The derive macros check it at compile time, so only a
/// schema written by hand can be wrong.
pub fn to_value(schema: &Schema) -> serde_json::Value {
    let mut bytes = vec![0; json_len(schema)];
    render(schema, &mut bytes);
    serde_json::from_slice(&bytes).expect("every default in a schema is JSON text")
}

/// The JSON Schema of a config type as a constant: `const JSON: &str = schema_json!(Config);`.
#[macro_export]
#[doc(hidden)]
macro_rules! schema_json {
    ($config:ty) => {{
        const SCHEMA: $crate::schema::Schema = <$config as $crate::schema::ConfigSchema>::SCHEMA;
        static BYTES: [u8; $crate::schema::json_len(&SCHEMA)] = $crate::schema::write_json(&SCHEMA);
        $crate::schema::json_text(&BYTES)
    }};
}
