//! The address of a service, as a config names it.

use crate::error::{Error, Result};
use http::Uri;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::net::IpAddr;

/// Bytes that stand for themselves in a path.
const IN_PATHS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// Absolute `http` or `https` address that paths are added to.
///
/// It has no query and no user name: keys travel in headers, because addresses are logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseUrl {
    /// The address as it is written, without a slash at its end.
    text: String,
    authority: String,
    /// Without the brackets of an IPv6 address.
    host: String,
}

impl BaseUrl {
    /// Parses the config's `base_url`.
    ///
    /// # Errors
    /// [`Error::config`] on `base_url`.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim().trim_end_matches('/');
        let uri: Uri = text.parse().map_err(|error| invalid(&format!("is not a URL: {error}")))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err(invalid("does not start with `http://` or `https://`"));
        }
        if text.contains(['?', '#']) {
            return Err(invalid("has a query or a fragment, but paths are added to its end"));
        }
        let authority = uri.authority().map_or("", |authority| authority.as_str()).to_ascii_lowercase();
        if authority.contains('@') {
            return Err(invalid("contains a user name, but addresses are logged").hint("set `api_key` instead"));
        }
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_ascii_lowercase();
        if host.is_empty() {
            return Err(invalid("has no host"));
        }
        Ok(Self { text: text.to_owned(), authority, host })
    }

    /// Returns the address of a path below this one. `path` starts without a slash.
    pub fn join(&self, path: &str) -> String {
        format!("{}/{path}", self.text)
    }

    /// Returns the address without a slash at its end, as the config writes it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the host, and the port when the address has one, in lower case.
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// Returns the name under which answers are cached: the authority, with one name for this machine.
    pub fn service_name(&self) -> String {
        if !matches!(self.host.as_str(), "localhost" | "127.0.0.1" | "::1") {
            return self.authority.clone();
        }
        let port = self.authority.rsplit_once(':').filter(|(_, port)| port.bytes().all(|byte| byte.is_ascii_digit()));
        port.map_or_else(|| "127.0.0.1".to_owned(), |(_, port)| format!("127.0.0.1:{port}"))
    }

    /// Returns the host in lower case, an IPv6 address without its brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Returns whether the host is the domain or a subdomain of it.
    pub fn is_at(&self, domain: &str) -> bool {
        match self.host.strip_suffix(domain) {
            Some(above) => above.is_empty() || above.ends_with('.'),
            None => false,
        }
    }

    /// Returns whether the service runs on this machine.
    pub fn is_loopback(&self) -> bool {
        self.is_at("localhost") || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }
}

/// Percent-encodes text for a path; slashes, letters, digits and `-._~` stay.
pub fn encode_path(text: &str) -> String {
    utf8_percent_encode(text, IN_PATHS).to_string()
}

fn invalid(problem: &str) -> Error {
    Error::config("base_url", format!("`base_url` {problem}"))
        .hint("use a form like https://api.example.org/v1 or http://127.0.0.1:8080/v1")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;

    #[test]
    fn valid_addresses() {
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
    fn the_names_of_this_machine_are_one_service() {
        for (text, expected) in [
            ("http://localhost:11434/v1", "127.0.0.1:11434"),
            ("http://127.0.0.1:11434/v1", "127.0.0.1:11434"),
            ("http://[::1]:11434/v1", "127.0.0.1:11434"),
            ("http://LOCALHOST/v1", "127.0.0.1"),
            ("http://[::1]/v1", "127.0.0.1"),
            ("http://127.0.0.2:1/v1", "127.0.0.2:1"),
            ("http://models.localhost:1/v1", "models.localhost:1"),
            ("https://api.example.org/v1", "api.example.org"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().service_name(), expected, "{text}");
        }
    }

    #[test]
    fn invalid_addresses_are_config_errors() {
        for text in [
            "",
            "api.example.org/v1",
            "/v1",
            "ftp://example.org",
            "https:///v1",
            "https://:80",
            "https://a b",
            "https://example.org/v1?key=1",
            "https://example.org/v1#part",
            "https://me:word@example.org",
        ] {
            let error = BaseUrl::parse(text).unwrap_err();
            assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some("base_url")), "{text}");
            assert!(error.hint.is_some(), "{text}");
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

    #[test]
    fn encoded_text_stays_inside_the_path() {
        for (text, expected) in
            [("models/x-1.5_b~", "models/x-1.5_b~"), ("a:b?c#d e", "a%3Ab%3Fc%23d%20e"), ("é%", "%C3%A9%25")]
        {
            assert_eq!(encode_path(text), expected);
        }
    }
}
