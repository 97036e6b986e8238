//! The address of a service, as a config names it.

use crate::error::{Error, Result};
use std::net::IpAddr;

/// An absolute `http` or `https` address that paths are added to.
///
/// It has no query and no user name: keys travel in headers, never in addresses, which are logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    text: String,
    authority: String,
}

impl BaseUrl {
    /// Reads the config's `base_url`.
    ///
    /// # Errors
    /// [`Error::config`] on `base_url`, saying what the address must look like.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim().trim_end_matches('/');
        let (scheme, rest) = text.split_once("://").ok_or_else(|| wrong("is not an absolute address"))?;
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return Err(wrong("begins with neither `http://` nor `https://`"));
        }
        if rest.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(wrong("contains white space"));
        }
        if rest.contains(['?', '#']) {
            return Err(wrong("has a query or a fragment, and paths are added to its end"));
        }
        let authority = rest.split('/').next().unwrap_or_default();
        if authority.contains('@') {
            return Err(wrong("contains a user name, and addresses are logged").hint("set `api_key` instead"));
        }
        let url = Self { text: text.to_owned(), authority: authority.to_ascii_lowercase() };
        if url.host().is_empty() { Err(wrong("names no host")) } else { Ok(url) }
    }

    /// The address of something below this one; `path` begins without a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}/{path}", self.text)
    }

    /// The address without a slash at its end, as the config writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The host, and the port when the address names one, in lower case.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host alone, in lower case; an IPv6 address is without its brackets.
    pub fn host(&self) -> &str {
        if let Some(inner) = self.authority.strip_prefix('[') {
            return inner.split(']').next().unwrap_or_default();
        }
        self.authority.split(':').next().unwrap_or_default()
    }

    /// Whether the host is the given one or below it.
    pub fn is_at(&self, domain: &str) -> bool {
        match self.host().strip_suffix(domain) {
            Some(above) => above.is_empty() || above.ends_with('.'),
            None => false,
        }
    }

    /// Whether the service runs on this machine.
    pub fn is_loopback(&self) -> bool {
        self.is_at("localhost") || self.host().parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

fn wrong(what: &str) -> Error {
    Error::config("base_url", format!("`base_url` {what}"))
        .hint("an address is written like https://api.example.org/v1 or http://127.0.0.1:8080/v1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_addresses() {
        for (text, joined, authority, host, loopback) in [
            ("https://api.example.org/v1", "https://api.example.org/v1/x", "api.example.org", "api.example.org", false),
            (" https://API.example.org/ ", "https://API.example.org/x", "api.example.org", "api.example.org", false),
            ("http://127.0.0.1:11434/v1//", "http://127.0.0.1:11434/v1/x", "127.0.0.1:11434", "127.0.0.1", true),
            ("http://[::1]:80", "http://[::1]:80/x", "[::1]:80", "::1", true),
            ("HTTP://localhost:1", "HTTP://localhost:1/x", "localhost:1", "localhost", true),
            ("http://notlocalhost", "http://notlocalhost/x", "notlocalhost", "notlocalhost", false),
            ("http://[fe80::1]", "http://[fe80::1]/x", "[fe80::1]", "fe80::1", false),
        ] {
            let url = BaseUrl::parse(text).unwrap();
            assert_eq!(url.join("x"), joined, "{text}");
            assert_eq!((url.authority(), url.host(), url.is_loopback()), (authority, host, loopback), "{text}");
        }
    }

    #[test]
    fn wrong_addresses_are_config_mistakes() {
        for (text, says) in [
            ("", "is not an absolute address"),
            ("api.example.org/v1", "is not an absolute address"),
            ("ftp://example.org", "begins with neither"),
            ("https:///v1", "names no host"),
            ("https://:80", "names no host"),
            ("https://a b", "contains white space"),
            ("https://example.org/v1?key=1", "has a query"),
            ("https://me:word@example.org", "contains a user name"),
        ] {
            let error = BaseUrl::parse(text).unwrap_err();
            assert!(error.message.contains(says), "{text}: {error}");
            assert_eq!(error.context("config_key"), Some("base_url"), "{text}");
        }
    }

    #[test]
    fn domains_end_at_dots() {
        let url = BaseUrl::parse("https://eu.api.example.org").unwrap();
        for (domain, expected) in
            [("example.org", true), ("eu.api.example.org", true), ("pi.example.org", false), ("example.com", false)]
        {
            assert_eq!(url.is_at(domain), expected, "{domain}");
        }
    }
}
