//! JSON pointers (RFC 6901), which name values of a document.

/// Appends the key or index `segment` to `pointer`.
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

/// Returns the segments of `pointer`, unescaped.
pub fn segments(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()
}

/// Returns the pointer of the table or array around `pointer`; `None` for the root.
pub fn parent(pointer: &str) -> Option<&str> {
    pointer.rsplit_once('/').map(|(parent, _)| parent)
}

/// Returns whether `pointer` is `ancestor` or inside it.
pub fn is_within(pointer: &str, ancestor: &str) -> bool {
    pointer.strip_prefix(ancestor).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns the pointer in the notation for users: `exporters[0].config`. Empty for the root.
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
    fn segments_survive_escaping() {
        for segment in ["plain", "a/b", "~", "~1", "", "é"] {
            assert_eq!(segments(&push("/root", segment)), ["root", segment], "{segment}");
        }
        assert!(segments("").is_empty());
    }

    #[test]
    fn pointers_are_shown_with_dots_and_brackets() {
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
    fn ancestors_contain_pointers() {
        assert!(is_within("/a/b", "/a"));
        assert!(is_within("/a", "/a"));
        assert!(is_within("/a", ""));
        assert!(!is_within("/ab", "/a"));
        assert_eq!(parent("/a/b"), Some("/a"));
        assert_eq!(parent("/a"), Some(""));
        assert_eq!(parent(""), None);
    }
}
