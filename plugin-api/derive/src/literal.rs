//! Turns defaults and bounds that are written as Rust literals into JSON text.

use std::fmt::Write;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Lit, LitStr, Token, braced, bracketed, parenthesized, token};

/// Parses a string, a number, a boolean, a list or a tuple of them, or a table (`{ key = 1 }`).
pub(crate) fn json(input: ParseStream<'_>) -> syn::Result<String> {
    if input.peek(token::Bracket) {
        let items;
        bracketed!(items in input);
        return list(&items);
    }
    if input.peek(token::Paren) {
        let items;
        parenthesized!(items in input);
        return list(&items);
    }
    if input.peek(token::Brace) {
        let members;
        braced!(members in input);
        let members = members.parse_terminated(member, Token![,])?;
        return Ok(format!("{{{}}}", members.into_iter().collect::<Vec<_>>().join(",")));
    }
    scalar(input)
}

/// Parses a bound: a number, or a string with a duration.
pub(crate) fn bound(input: ParseStream<'_>) -> syn::Result<String> {
    let span = input.span();
    let json = scalar(input)?;
    if json == "true" || json == "false" {
        return Err(syn::Error::new(span, "a bound is a number, or a string with a duration"));
    }
    if json.bytes().all(|byte| byte == b'-' || byte.is_ascii_digit()) && json.parse::<i64>().is_err() {
        return Err(syn::Error::new(span, "the bound does not fit into 64 bits"));
    }
    Ok(json)
}

fn list(items: ParseStream<'_>) -> syn::Result<String> {
    let items = items.parse_terminated(json, Token![,])?;
    Ok(format!("[{}]", items.into_iter().collect::<Vec<_>>().join(",")))
}

/// Parses `key = LITERAL`; the key may be a string.
fn member(input: ParseStream<'_>) -> syn::Result<String> {
    let key = key(input)?.value();
    input.parse::<Token![=]>()?;
    Ok(format!("{}:{}", quoted(&key), json(input)?))
}

/// Parses a key: a name, or a string.
pub(crate) fn key(input: ParseStream<'_>) -> syn::Result<LitStr> {
    if input.peek(LitStr) {
        return input.parse();
    }
    let name = input.call(Ident::parse_any)?;
    Ok(LitStr::new(&name.unraw().to_string(), name.span()))
}

fn scalar(input: ParseStream<'_>) -> syn::Result<String> {
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
            "expected a string, a number without a suffix, a boolean, or a list or table of them",
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
    use super::{bound, json};
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
            ("(0.5, -1)", Some("[0.5,-1]")),
            ("{}", Some("{}")),
            (r#"{ kind = "fixed", type = [1], "a b" = {} }"#, Some(r#"{"kind":"fixed","type":[1],"a b":{}}"#)),
            ("20u8", None),
            ("'a'", None),
            ("-true", None),
            ("NAME", None),
            ("[1 2]", None),
            ("{ kind }", None),
            ("{ kind: 1 }", None),
        ] {
            assert_eq!(json.parse_str(literal).ok().as_deref(), expected, "{literal}");
        }
    }

    #[test]
    fn bounds_are_numbers_and_durations() {
        for (literal, expected) in [
            ("-1", Some("-1")),
            ("0.5", Some("0.5")),
            ("1e3", Some("1e3")),
            ("\"30s\"", Some("\"30s\"")),
            ("9223372036854775807", Some("9223372036854775807")),
            ("9223372036854775808", None),
            ("true", None),
            ("[1]", None),
        ] {
            assert_eq!(bound.parse_str(literal).ok().as_deref(), expected, "{literal}");
        }
    }
}
