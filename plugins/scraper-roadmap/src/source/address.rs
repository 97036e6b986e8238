//! Percent-encoding for URL paths.

/// Encodes a file name or id as one segment of a URL path.
pub(super) fn path_segment(name: &str) -> String {
    let mut part = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~@".contains(&byte) {
            part.push(char::from(byte));
        } else {
            part.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 15)]);
        }
    }
    part
}

fn hex_digit(nibble: u8) -> char {
    char::from(if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 })
}

#[cfg(test)]
mod tests {
    use super::path_segment;

    #[test]
    fn unsafe_bytes_are_encoded() {
        let cases = [("a-b@x_1~.md", "a-b@x_1~.md"), ("c#/?%", "c%23%2F%3F%25"), ("é b", "%C3%A9%20b")];
        for (name, part) in cases {
            assert_eq!(path_segment(name), part);
        }
    }
}
