//! Headers and query parameters that carry credentials, recognised by their names.
//!
//! The host also knows the secrets of the run and removes them everywhere. This module is for the others: session
//! cookies, signed addresses, a key that a config holds as plain text.

use std::borrow::Cow;

/// Replacement of a credential.
pub const REDACTED: &str = "[secret]";

/// Headers that carry credentials, besides those with one of [`HEADER_ENDINGS`].
const HEADERS: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-amz-credential"];
const HEADER_ENDINGS: [&str; 5] = ["-key", "-token", "-secret", "-password", "-signature"];

/// Query parameters that carry credentials, with `_` for `-`, besides those with one of [`PARAMETER_ENDINGS`].
///
/// `next_page_token` and the like are not credentials, so `_token` is not among the endings.
const PARAMETERS: [&str; 21] = [
    "key",
    "api_key",
    "apikey",
    "access_key",
    "access_token",
    "auth_token",
    "id_token",
    "refresh_token",
    "token",
    "auth",
    "authorization",
    "sig",
    "signature",
    "secret",
    "client_secret",
    "password",
    "x_amz_credential",
    "x_amz_security_token",
    "x_amz_signature",
    "x_goog_credential",
    "x_goog_signature",
];

const PARAMETER_ENDINGS: [&str; 4] = ["_key", "_secret", "_password", "_signature"];

/// Headers with addresses in their values.
const ADDRESS_HEADERS: [&str; 5] = ["location", "content-location", "referer", "link", "refresh"];

/// Returns true if a header of this name carries a credential.
pub fn is_header(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    HEADERS.contains(&lower.as_str())
        || HEADER_ENDINGS.iter().any(|ending| lower.ends_with(ending))
        || is_parameter(name)
}

/// Returns true if a query parameter of this name carries a credential.
pub fn is_parameter(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    PARAMETERS.contains(&name.as_str()) || PARAMETER_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Returns the value of a header without credentials.
pub fn clean_header<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    if is_header(name) {
        Cow::Borrowed(REDACTED)
    } else if ADDRESS_HEADERS.iter().any(|header| name.eq_ignore_ascii_case(header)) {
        Cow::Owned(clean_addresses(value))
    } else {
        Cow::Borrowed(value)
    }
}

/// Cleans the addresses in a header's value, such as `<…>` in a `Link` and `url=` in a `Refresh`.
fn clean_addresses(value: &str) -> String {
    let is_mark = |c: char| matches!(c, '<' | '>' | ' ' | ',' | '"');
    value.split_inclusive(is_mark).fold(String::with_capacity(value.len()), |mut clean, part| {
        let (address, mark) = match part.strip_suffix(is_mark) {
            Some(address) => (address, part.get(address.len()..).unwrap_or_default()),
            None => (part, ""),
        };
        let (name, address) = match address.strip_prefix("url=") {
            Some(address) => ("url=", address),
            None => ("", address),
        };
        clean.push_str(name);
        clean.push_str(&clean_url(address));
        clean + mark
    })
}

/// Returns an address without the values of credential parameters, user and password.
pub fn clean_url(url: &str) -> String {
    let (rest, fragment) = url.split_once('#').map_or((url, None), |(rest, fragment)| (rest, Some(fragment)));
    let (base, query) = rest.split_once('?').map_or((rest, None), |(base, query)| (base, Some(query)));
    let mut clean = without_user(base);
    for (mark, part) in [('?', query), ('#', fragment)] {
        if let Some(part) = part {
            clean.push(mark);
            clean.push_str(&clean_parameters(part));
        }
    }
    clean
}

fn clean_parameters(query: &str) -> String {
    let parameter = |text: &str| match text.split_once('=') {
        Some((name, value)) if is_parameter(name) && !value.is_empty() => format!("{name}={REDACTED}"),
        _ => text.to_owned(),
    };
    query.split('&').map(parameter).collect::<Vec<_>>().join("&")
}

fn without_user(base: &str) -> String {
    let Some((scheme, rest)) = base.split_once("://") else { return base.to_owned() };
    let (authority, path) = rest.find('/').and_then(|at| rest.split_at_checked(at)).unwrap_or((rest, ""));
    match authority.rsplit_once('@') {
        Some((_, host)) => format!("{scheme}://{REDACTED}@{host}{path}"),
        None => base.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_credentials_are_removed_from_addresses() {
        for (url, clean) in [
            ("http://host/path", "http://host/path"),
            (
                "http://host/a@b?page=2&key=abc&next_page_token=t",
                "http://host/a@b?page=2&key=[secret]&next_page_token=t",
            ),
            (
                "https://host?X-Amz-Signature=00ff&API-KEY=x=y&sig",
                "https://host?X-Amz-Signature=[secret]&API-KEY=[secret]&sig",
            ),
            ("https://user:pass@host:8080/x", "https://[secret]@host:8080/x"),
            ("https://host/#access_token=abc&state=1", "https://host/#access_token=[secret]&state=1"),
            ("/relative?token=abc", "/relative?token=[secret]"),
            ("no address", "no address"),
        ] {
            assert_eq!(clean_url(url), clean);
            assert_eq!(clean_url(clean), clean, "cleaning twice changes nothing");
        }
    }

    #[test]
    fn headers_are_recognised_by_their_names() {
        for name in ["Authorization", "x-goog-api-key", "X-API-Key", "api-key", "Set-Cookie", "x-auth-token"] {
            assert_eq!(clean_header(name, "abc"), REDACTED, "{name}");
        }
        for name in ["content-type", "x-ratelimit-remaining-tokens", "etag", "retry-after"] {
            assert_eq!(clean_header(name, "abc"), "abc", "{name}");
        }
        for name in ["apikey", "token", "api_key", "Ocp-Apim-Subscription-Key", "password"] {
            assert_eq!(clean_header(name, "abc"), REDACTED, "{name}");
        }
        for (name, value, clean) in [
            ("Location", "/a?key=b", "/a?key=[secret]"),
            ("Content-Location", "http://u:p@h/a", "http://[secret]@h/a"),
            (
                "Link",
                "<https://h/a?page=2&sig=0f>; rel=\"next\", <https://h/a?private_key=x>; rel=\"last\"",
                "<https://h/a?page=2&sig=[secret]>; rel=\"next\", <https://h/a?private_key=[secret]>; rel=\"last\"",
            ),
            ("Refresh", "5; url=https://h/a?token=abc", "5; url=https://h/a?token=[secret]"),
        ] {
            assert_eq!(clean_header(name, value), clean, "{name}");
        }
    }
}
