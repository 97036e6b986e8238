//! Indents JSON text without parsing its values, so that numbers keep their digits and keys their order.

const INDENT: &[u8] = b"  ";

/// Appends valid JSON text with one value per line; `depth` is the indentation of the text itself.
pub(crate) fn write(text: &str, depth: usize, out: &mut Vec<u8>) {
    let mut depth = depth;
    let mut in_string = false;
    let mut escaped = false;
    let mut opened = false;
    for byte in text.bytes() {
        if in_string {
            out.push(byte);
            in_string = escaped || byte != b'"';
            escaped = !escaped && byte == b'\\';
            continue;
        }
        if byte.is_ascii_whitespace() {
            continue;
        }
        let closes = matches!(byte, b'}' | b']');
        if closes {
            depth = depth.saturating_sub(1);
        }
        // An empty array or object stays on one line.
        if opened != closes {
            new_line(depth, out);
        }
        opened = matches!(byte, b'{' | b'[');
        depth += usize::from(opened);
        in_string = byte == b'"';
        out.push(byte);
        match byte {
            b',' => new_line(depth, out),
            b':' => out.push(b' '),
            _ => {}
        }
    }
}

fn new_line(depth: usize, out: &mut Vec<u8>) {
    out.push(b'\n');
    for _ in 0..depth {
        out.extend_from_slice(INDENT);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::{Strategy, prop_assert_eq, proptest};
    use rowsmith_plugin_api::prelude::*;

    fn written(text: &str) -> String {
        let mut out = Vec::new();
        write(text, 0, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn empty_arrays_and_objects_stay_on_one_line() {
        assert_eq!(written("[ {} ,[ ]]"), "[\n  {},\n  []\n]");
    }

    proptest! {
        #[test]
        fn output_equals_that_of_serde_json(value in values()) {
            prop_assert_eq!(written(&value.to_string()), serde_json::to_string_pretty(&value).unwrap());
        }
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = proptest::prop_oneof![
            "[a\\\\\"{}\\[\\],: \n]{0,5}".prop_map(Value::from),
            proptest::num::i64::ANY.prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            proptest::prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-c\"]{0,2}", inner, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }
}
