//! The JSON text of a [`Schema`]: as a constant through `schema_json!`, as a value at run time.

use super::render::render;
use super::shape::Schema;

/// How many bytes the JSON text of the schema has.
pub const fn json_len(schema: &Schema) -> usize {
    render(schema, &mut [])
}

/// The JSON text of the schema, as bytes of UTF-8. `N` has to be what [`json_len`] says.
///
/// # Panics
/// If `N` is another number: a compile error where it is called in a constant, as `schema_json!` does.
pub const fn write_json<const N: usize>(schema: &Schema) -> [u8; N] {
    let mut bytes = [0; N];
    let len = render(schema, &mut bytes);
    assert!(len == N, "the length given is not the length of the schema's text");
    bytes
}

/// The bytes from [`write_json`] as text.
///
/// # Panics
/// If the bytes are not UTF-8, which those from [`write_json`] always are.
#[doc(hidden)]
pub const fn json_text(json: &[u8]) -> &str {
    match std::str::from_utf8(json) {
        Ok(text) => text,
        Err(_) => panic!("the schema's text is not UTF-8"),
    }
}

/// The schema as a JSON value.
///
/// # Panics
/// If a [`Field::default`](super::Field::default) is not JSON. The derive macro checks that when it compiles, so only a
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
