//! Walks over the elements of JSON arrays and the members of JSON objects, at compile time.
//!
//! The text is that of a default, which the derive macros write. Malformed text ends the walk early.

/// An element of an array, or a member of an object.
#[derive(Clone, Copy)]
pub(super) struct Member<'a> {
    /// The name, as it is written between the quotes; empty for an element.
    pub(super) name: &'a [u8],
    pub(super) value: &'a [u8],
}

/// A position in an array or an object.
#[derive(Clone, Copy)]
pub(super) struct Members<'a> {
    json: &'a [u8],
    at: usize,
    has_names: bool,
}

impl<'a> Members<'a> {
    /// Returns the start of an array; `None` for every other value.
    pub(super) const fn of_array(json: &'a [u8]) -> Option<Self> {
        Self::of(json, b'[', false)
    }

    /// Returns the start of an object; `None` for every other value.
    pub(super) const fn of_object(json: &'a [u8]) -> Option<Self> {
        Self::of(json, b'{', true)
    }

    const fn of(json: &'a [u8], open: u8, has_names: bool) -> Option<Self> {
        let json = json.trim_ascii();
        match json.first() {
            Some(first) if *first == open => Some(Self { json, at: 1, has_names }),
            _ => None,
        }
    }

    /// Returns the next member and the position after it.
    pub(super) const fn next(self) -> Option<(Member<'a>, Self)> {
        let Self { json, has_names, .. } = self;
        let mut at = after(json, self.at, b',');
        let mut name: &[u8] = &[];
        if has_names {
            let end = value_end(json, at);
            name = match between(json, at, end) {
                [b'"', name @ .., b'"'] => name,
                _ => return None,
            };
            at = after(json, end, b':');
        }
        let end = value_end(json, at);
        if end == at {
            return None;
        }
        Some((Member { name, value: between(json, at, end) }, Self { json, at: end, has_names }))
    }
}

/// Returns the index after spaces and one separator.
const fn after(json: &[u8], mut at: usize, separator: u8) -> usize {
    let mut is_open = true;
    while at < json.len() {
        if json[at] == separator && is_open {
            is_open = false;
        } else if !json[at].is_ascii_whitespace() {
            break;
        }
        at += 1;
    }
    at
}

/// Returns the index after the value at `start`; `start` itself if there is none.
const fn value_end(json: &[u8], start: usize) -> usize {
    let (mut at, mut depth) = (start, 0_usize);
    while at < json.len() {
        match json[at] {
            b'"' => at = string_end(json, at),
            b'[' | b'{' => {
                depth += 1;
                at += 1;
            }
            b']' | b'}' | b',' | b':' if depth == 0 => return at,
            b']' | b'}' => {
                depth -= 1;
                at += 1;
            }
            space if depth == 0 && space.is_ascii_whitespace() => return at,
            _ => {
                at += 1;
                continue;
            }
        }
        if depth == 0 {
            return at;
        }
    }
    at
}

/// Returns the index after the string at `start`.
const fn string_end(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while at < json.len() && json[at] != b'"' {
        at += if json[at] == b'\\' { 2 } else { 1 };
    }
    if at < json.len() { at + 1 } else { json.len() }
}

const fn between(json: &[u8], start: usize, end: usize) -> &[u8] {
    json.split_at(end).0.split_at(start).1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut members: Members<'_>) -> Vec<(&str, &str)> {
        let mut all = Vec::new();
        while let Some((member, next)) = members.next() {
            all.push((str::from_utf8(member.name).unwrap(), str::from_utf8(member.value).unwrap()));
            members = next;
        }
        all
    }

    #[test]
    fn elements_and_members_are_found() {
        for (json, expected) in [
            ("[]", vec![]),
            ("[ 1 , -2.5e3,true ]", vec![("", "1"), ("", "-2.5e3"), ("", "true")]),
            (r#"["a,]\"b",[1,[2]],{"c":3}]"#, vec![("", r#""a,]\"b""#), ("", "[1,[2]]"), ("", r#"{"c":3}"#)]),
        ] {
            assert_eq!(all(Members::of_array(json.as_bytes()).unwrap()), expected, "{json}");
        }
        for (json, expected) in [
            ("{}", vec![]),
            (r#"{"a":1,"b" : [2, 3] ,"c\"":"}"}"#, vec![("a", "1"), ("b", "[2, 3]"), (r#"c\""#, r#""}""#)]),
        ] {
            assert_eq!(all(Members::of_object(json.as_bytes()).unwrap()), expected, "{json}");
        }
        assert!(Members::of_array(b"{}").is_none() && Members::of_object(b"1").is_none());
    }

    #[test]
    fn malformed_text_ends_the_walk() {
        for json in ["[", "[\"a", "[1", "[[", "[\"\\", "{\"a\"", "{\"a\":", "{1:2}", "{,}", "[,,"] {
            let members = Members::of_array(json.as_bytes()).or(Members::of_object(json.as_bytes())).unwrap();
            assert!(all(members).len() <= 1, "{json}");
        }
    }
}
