//! JSON pointers (RFC 6901): how a place in a document is named inside the program, and how it is shown to people.

/// `pointer` with one more step into the key or index `segment`.
pub fn push(pointer: &str, segment: &str) -> String {
    let mut longer = String::with_capacity(pointer.len() + segment.len() + 1);
    longer.push_str(pointer);
    longer.push('/');
    for character in segment.chars() {
        match character {
            '~' => longer.push_str("~0"),
            '/' => longer.push_str("~1"),
            other => longer.push(other),
        }
    }
    longer
}

/// The steps of `pointer`, unescaped.
pub fn segments(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect()
}

/// The pointer of the table or array around `pointer`; `None` for the root.
pub fn parent(pointer: &str) -> Option<&str> {
    pointer.rsplit_once('/').map(|(parent, _)| parent)
}

/// Whether `pointer` is `ancestor` or lies inside it.
pub fn is_within(pointer: &str, ancestor: &str) -> bool {
    pointer.strip_prefix(ancestor).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// How people write the place: `exporters[0].config`. Empty for the root.
pub fn dotted(pointer: &str) -> String {
    let mut shown = String::new();
    for segment in segments(pointer) {
        if !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit()) && !shown.is_empty() {
            shown.push('[');
            shown.push_str(&segment);
            shown.push(']');
            continue;
        }
        if !shown.is_empty() {
            shown.push('.');
        }
        let bare = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        if !segment.is_empty() && segment.bytes().all(bare) {
            shown.push_str(&segment);
        } else {
            shown.push('"');
            shown.extend(segment.escape_debug());
            shown.push('"');
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{dotted, is_within, parent, push, segments};

    #[test]
    fn steps_survive_escaping() {
        for step in ["plain", "a/b", "~", "~1", "", "é"] {
            assert_eq!(segments(&push("/root", step)), ["root", step], "{step}");
        }
        assert!(segments("").is_empty());
    }

    #[test]
    fn shows_places_as_people_write_them() {
        let cases = [
            ("", ""),
            ("/batch/max_rows", "batch.max_rows"),
            ("/exporters/0/config", "exporters[0].config"),
            ("/a b/x~1y/", "\"a b\".\"x/y\".\"\""),
        ];
        for (pointer, wanted) in cases {
            assert_eq!(dotted(pointer), wanted);
        }
    }

    #[test]
    fn knows_what_lies_inside() {
        assert!(is_within("/a/b", "/a"));
        assert!(is_within("/a", "/a"));
        assert!(is_within("/a", ""));
        assert!(!is_within("/ab", "/a"));
        assert_eq!(parent("/a/b"), Some("/a"));
        assert_eq!(parent("/a"), Some(""));
        assert_eq!(parent(""), None);
    }
}
