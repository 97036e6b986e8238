//! Turns a default that is written as a Rust literal into JSON text.

use std::fmt::Write;
use syn::parse::ParseStream;
use syn::{Lit, Token, bracketed, token};

/// Parses a string, a number, a boolean or a list of them.
pub(crate) fn json(input: ParseStream<'_>) -> syn::Result<String> {
    if input.peek(token::Bracket) {
        let items;
        bracketed!(items in input);
        let items = items.parse_terminated(json, Token![,])?;
        return Ok(format!("[{}]", items.into_iter().collect::<Vec<_>>().join(",")));
    }
    let sign = if input.parse::<Option<Token![-]>>()?.is_some() { "-" } else { "" };
    match (sign, input.parse()?) {
        ("", Lit::Str(text)) => Ok(quoted(&text.value())),
        ("", Lit::Bool(value)) => Ok(value.value.to_string()),
        (sign, Lit::Int(number)) if number.suffix().is_empty() => Ok(format!("{sign}{}", number.base10_digits())),
        (sign, Lit::Float(number)) if number.suffix().is_empty() => {
            Ok(format!("{sign}{}", float(number.base10_digits())))
        }
        (_, other) => Err(syn::Error::new(
            other.span(),
            "a default is a string, a number without a suffix, a boolean, or a list of them",
        )),
    }
}

/// Rust allows `1.`, JSON does not.
fn float(digits: &str) -> String {
    match digits.split_once('.') {
        Some((_, fraction)) if !fraction.starts_with(|first: char| first.is_ascii_digit()) => {
            digits.replacen('.', ".0", 1)
        }
        _ => digits.to_owned(),
    }
}

/// The text as a JSON string.
fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => json.extend(['\\', character]),
            '\u{0}'..='\u{1f}' => write!(json, "\\u{:04x}", u32::from(character)).unwrap_or_default(),
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

#[cfg(test)]
mod tests {
    use super::json;
    use syn::parse::Parser;

    #[test]
    fn literals_become_json() {
        for (literal, expected) in [
            ("20", Some("20")),
            ("1_000", Some("1000")),
            ("-0.5", Some("-0.5")),
            ("1.", Some("1.0")),
            ("1e3", Some("1e3")),
            ("true", Some("true")),
            (r#""a \"b\"\n\\""#, Some(r#""a \"b\"\u000a\\""#)),
            ("[]", Some("[]")),
            (r#"["a", [1, 2],]"#, Some(r#"["a",[1,2]]"#)),
            ("20u8", None),
            ("'a'", None),
            ("-true", None),
            ("NAME", None),
            ("[1 2]", None),
        ] {
            assert_eq!(json.parse_str(literal).ok().as_deref(), expected, "{literal}");
        }
    }
}
