//! Parts of addresses.

/// A file name or id as one part of an address's path.
pub(super) fn path_part(name: &str) -> String {
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
    use super::path_part;

    #[test]
    fn only_what_is_safe_stays() {
        let cases = [("a-b@x_1~.md", "a-b@x_1~.md"), ("c#/?%", "c%23%2F%3F%25"), ("é b", "%C3%A9%20b")];
        for (name, part) in cases {
            assert_eq!(path_part(name), part);
        }
    }
}
