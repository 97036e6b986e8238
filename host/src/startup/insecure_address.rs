//! Keys that would be sent unencrypted to another machine.
//!
//! Applies to plugins whose schema has the setting `allow_insecure`, which permits it. The host checks this, so that `check
//! --static` reports it without running code, and a run stops before the first connection.

use crate::diagnostic::{Diagnostic, code};
use crate::document::{Document, SecretFile, SecretSources, pointer, resolve_secrets};
use crate::settings::PluginUse;
use reqwest::Url;
use serde_json::{Map, Value};
use std::net::IpAddr;

/// The setting that permits it.
const PERMISSION: &str = "allow_insecure";
/// The setting with further headers.
const HEADERS: &str = "extra_headers";
/// Schemes of connections without encryption.
const SCHEMES: [&str; 3] = ["http", "redis", "valkey"];
/// Parts of the names of headers with keys.
const KEY_HEADERS: [&str; 6] = ["auth", "key", "token", "secret", "cookie", "password"];

/// Returns the error of a plugin that would send a key unencrypted to another machine.
pub fn problem(document: &Document, usage: &PluginUse, schema: &Value) -> Option<Diagnostic> {
    let properties = schema.get("properties").and_then(Value::as_object)?;
    let config = usage.config.as_object()?;
    if !properties.contains_key(PERMISSION) || config.get(PERMISSION) == Some(&Value::Bool(true)) {
        return None;
    }
    let (setting, host) = properties.iter().find_map(|(name, property)| {
        let text = config.get(name).or_else(|| property.get("default"))?.as_str()?;
        Some((name, unencrypted_host(text)?))
    })?;
    if !has_key(document, usage, schema, config) {
        return None;
    }
    let place = pointer::push(&pointer::push(&usage.pointer, "config"), setting);
    let message = format!("`{setting}` sends the key of this table unencrypted to another machine, {host}");
    let help = format!("use an encrypted address, or set `{PERMISSION} = true` in this table if you trust the network");
    Some(Diagnostic::error(code::INSECURE_ADDRESS, message).at(document.spans.closest(&place)).with_help(help))
}

/// Returns the host of an address without encryption, if it is another machine. Addresses in a private network are other
/// machines.
fn unencrypted_host(text: &str) -> Option<String> {
    let url = Url::parse(text.trim()).ok()?;
    let host = url.host_str().filter(|_| SCHEMES.contains(&url.scheme()))?.to_ascii_lowercase();
    let name = host.trim_matches(['[', ']']);
    let is_local_name = name == "localhost" || name.ends_with(".localhost");
    let is_this_machine = is_local_name || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    (!is_this_machine).then_some(host)
}

/// Returns whether the table names a key: a secret, or a header that usually carries one. Their text is not read.
fn has_key(document: &Document, usage: &PluginUse, schema: &Value, config: &Map<String, Value>) -> bool {
    let any_file = |_: &std::path::Path| Ok(SecretFile { text: "any".to_owned(), open_to_others: false });
    let sources = SecretSources { variable: &|_| Some("any".to_owned()), file: &any_file };
    let base = pointer::push(&usage.pointer, "config");
    let (_, secrets) = resolve_secrets(document, &base, schema, &mut usage.config.clone(), sources);
    let headers = config.get(HEADERS).and_then(Value::as_object);
    let is_key = |name: &String| KEY_HEADERS.iter().any(|part| name.to_ascii_lowercase().contains(part));
    !secrets.is_empty() || headers.is_some_and(|headers| headers.keys().any(is_key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Isolation;
    use rowsmith_plugin_api::manifest::PluginKind;
    use serde_json::json;
    use std::time::Duration;

    #[test]
    fn only_this_machine_is_no_other_machine() {
        for (text, other) in [
            ("http://api.example.org/v1", Some("api.example.org")),
            ("HTTP://API.example.org", Some("api.example.org")),
            ("http://192.168.1.5:8080", Some("192.168.1.5")),
            ("http://10.0.0.1", Some("10.0.0.1")),
            ("http://[fe80::1]", Some("[fe80::1]")),
            ("http://host.docker.internal:11434", Some("host.docker.internal")),
            ("http://localhost.example.org", Some("localhost.example.org")),
            ("redis://cache.example.net:6379", Some("cache.example.net")),
            ("https://api.example.org", None),
            ("rediss://cache.example.net", None),
            ("unix:///run/redis.sock", None),
            ("http://localhost:8080/v1", None),
            ("http://LOCALHOST", None),
            ("http://models.localhost", None),
            ("http://127.0.0.1:1", None),
            ("http://127.9.9.9", None),
            ("http://[::1]:8080", None),
            ("redis://[::1]:6379", None),
            ("text", None),
        ] {
            assert_eq!(unencrypted_host(text).as_deref(), other, "{text}");
        }
    }

    #[test]
    fn a_key_is_a_secret_or_a_header_with_one() {
        let schema = json!({"type": "object", "properties": {
            "base_url": {"type": "string", "default": "http://default.example.org"},
            "api_key": {"type": "string", "format": "secret"},
            "extra_headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "allow_insecure": {"type": "boolean"},
        }});
        let document = Document::parse("f.toml", "a = 1\n").unwrap();
        let problem = |schema: &Value, config: Value| {
            let usage = PluginUse {
                kind: PluginKind::Provider,
                name: "x".to_owned(),
                library: None,
                isolation: Isolation::None,
                timeout: Duration::MAX,
                config,
                pointer: "/providers/x".to_owned(),
            };
            super::problem(&document, &usage, schema).map(|problem| problem.code)
        };
        let insecure = Some(code::INSECURE_ADDRESS);
        for (config, expected) in [
            (json!({"api_key": {"env": "NO_SUCH_KEY"}}), insecure),
            (json!({"api_key": {"file": "none"}, "allow_insecure": false}), insecure),
            (json!({"base_url": "http://10.0.0.1", "api_key": "text"}), insecure),
            (json!({"extra_headers": {"X-Api-Key": "text"}}), insecure),
            (json!({"api_key": "", "extra_headers": {"X-Team": "text"}}), None),
            (json!({}), None),
            (json!({"api_key": {"env": "NO_SUCH_KEY"}, "allow_insecure": true}), None),
            (json!({"base_url": "http://127.0.0.1", "api_key": "text"}), None),
            (json!({"base_url": "https://a.example.org", "api_key": "text"}), None),
        ] {
            assert_eq!(problem(&schema, config.clone()), expected, "{config}");
        }
        let mut older = schema;
        older["properties"].as_object_mut().unwrap().remove(PERMISSION);
        assert_eq!(problem(&older, json!({"api_key": "text"})), None, "the plugin has no permission to set");
    }
}
