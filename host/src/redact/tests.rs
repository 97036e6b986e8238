//! Secrets and pieces of them in all encodings.

use super::suspects::{hide_keys, in_config, in_source, is_secret_name};
use super::{REDACTED, Redactor};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use serde_json::json;

const KEY: &str = "sk-Ab3/x+9\"Zq7_w-T5~uÜ&k<1>";

fn redactor(secrets: &[&str]) -> Redactor {
    let redactor = Redactor::default();
    redactor.add(secrets.iter().map(|secret| (*secret).to_owned()));
    redactor
}

#[test]
fn secrets_are_taken_out_and_short_ones_left() {
    let redactor = redactor(&["key-1234", "key-1234-longer", "abc"]);
    assert_eq!(redactor.clean("x key-1234-longer y key-1234 abc"), "x [secret] y [secret] abc");
    assert_eq!(self::redactor(&["abcdef"]).clean("abcdef abcde"), "[secret] abcde");
    assert_eq!(self::redactor(&["aaaaaaaaaaaa"]).clean("aaaaaaaaaaaa aaaaaaaa"), "[secret] aaaaaaaa");
}

fn percent(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat()
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn unicode(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect::<Vec<_>>().concat()
}

fn inner_json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap();
    quoted.get(1..quoted.len() - 1).unwrap().to_owned()
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

/// Returns all texts in which a secret or a piece of it is encoded.
fn forms(text: &str) -> Vec<(&'static str, String)> {
    let mut forms = vec![
        ("as it is", text.to_owned()),
        ("percent", percent(text)),
        ("percent, upper case", percent(text).to_uppercase()),
        ("percent twice", percent(text).replace('%', "%25")),
        ("HTML", html(text)),
        ("HTML, decimal", text.chars().map(|c| format!("&#{};", u32::from(c))).collect::<Vec<_>>().concat()),
        ("HTML, hexadecimal", text.chars().map(|c| format!("&#x{:x};", u32::from(c))).collect::<Vec<_>>().concat()),
        ("JSON", inner_json(text)),
        ("JSON, slashes", inner_json(text).replace('/', "\\/")),
        ("JSON in JSON", inner_json(&inner_json(text))),
        ("JSON, ASCII", unicode(text)),
        ("JSON in a URL", percent(&inner_json(text))),
        ("HTML in JSON", inner_json(&html(text))),
        ("bytes", text.bytes().map(|byte| format!("\\x{byte:02x}")).collect::<Vec<_>>().concat()),
        ("hexadecimal", hex(text)),
        ("hexadecimal, upper case", hex(text).to_uppercase()),
    ];
    for before in ["", "u", "us"] {
        let text = format!("{before}{text}");
        forms.push(("base64", STANDARD.encode(&text)));
        forms.push(("base64 without padding", STANDARD_NO_PAD.encode(&text)));
        forms.push(("base64 for URLs", URL_SAFE.encode(&text)));
        forms.push(("base64 for URLs without padding", URL_SAFE_NO_PAD.encode(format!("{text}xyz"))));
        forms.push(("base64 in a URL", percent(&STANDARD.encode(&text))));
    }
    forms
}

#[test]
fn every_form_of_a_secret_and_of_its_pieces_is_removed() {
    let redactor = redactor(&[KEY]);
    let characters: Vec<char> = KEY.chars().collect();
    let mut pieces = vec![KEY.to_owned()];
    pieces.extend((0..=characters.len() - 8).map(|at| characters[at..at + 8].iter().collect()));
    pieces.push(characters[3..19].iter().collect());
    for piece in &pieces {
        for (name, form) in forms(piece) {
            let clean = redactor.clean(&form);
            assert!(clean.contains(REDACTED), "{name}: {piece} as {form}");
            // Of base64 that begins between two bytes, the characters that other bytes share stay.
            let rest = clean.replace(REDACTED, "");
            let shared = if name.ends_with("in a URL") { 3 * 14 } else { 14 };
            assert!(rest.len() <= if name.starts_with("base64") { shared } else { 0 }, "{name}: {form} -> {clean}");
            let text = format!("no such key: {form}, see");
            let cut: String = text.chars().take(text.chars().count() - 5).collect();
            assert!(!redactor.clean(&cut).contains(piece.as_str()), "{name}: {cut}");
        }
    }
}

#[test]
fn other_text_stays_and_json_stays_json() {
    let redactor =
        redactor(&[KEY, "n-secret-0123", "https://user:pass-w0rd-long@redis.example.org:6379/0?token=t0ken-t0ken"]);
    for text in ["sk-Ab3/", "redis.example.org:6379", "%2 \\u12 & &#; &#x110000; \\", "----------", "naïve \u{1f511}"]
    {
        assert_eq!(redactor.clean(text), text);
    }
    assert_eq!(redactor.clean("at pass-w0rd-long and t0ken-t0ken"), "at [secret] and [secret]");
    let value = json!({"a\n": ["x\nn-secret-0123", format!("{KEY}\\"), "\u{e9}n-secret-0123\""]});
    let clean = redactor.clean(&value.to_string()).into_owned();
    assert!(serde_json::from_str::<serde_json::Value>(&clean).is_ok() && !clean.contains("secret-0"), "{clean}");
    assert_eq!(redactor.clean_bytes(b"\xffn-secret-0123\xfe").as_ref(), b"\xff[secret]\xfe");
}

#[test]
fn keys_and_credentials_are_recognized() {
    for (text, expected) in [
        ("model `sk-proj-AbC123def456ghi789`", "model `[secret]`"),
        ("AIzaSyA1234567890abcdefghij", "[secret]"),
        ("at https://me:pw@h.example/v1?a=b&key=abc123", "at https://[secret]@h.example/v1?a=b&key=[secret]"),
        ("gemini-2.5-flash-lite", "gemini-2.5-flash-lite"),
        ("sk-learn-based-classifier", "sk-learn-based-classifier"),
        ("task-0123456789-abc", "task-0123456789-abc"),
        ("http://127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
    ] {
        assert_eq!(hide_keys(text), expected);
    }
    for (name, is_secret) in [
        ("api_key", true),
        ("api_kye", true),
        ("apikey", true),
        ("providers.x.api-key", true),
        ("OPENAI_API_KEY", true),
        ("tokn", true),
        ("passwrd", true),
        ("Authorization", true),
        ("model", false),
        ("max_tokens", false),
        ("keywords", false),
        ("path", false),
        ("base_url", false),
    ] {
        assert_eq!(is_secret_name(name), is_secret, "{name}");
    }
}

#[test]
fn probable_secrets_of_a_config_are_found() {
    let config = "api_kye = \"hunter2hunter2\"\nmodel = 'sk-proj-AbC123def456ghi789'\nbase_url = \"https://a:b@h/?key=c1\"\n\
                  api_key = { env = \"OPENAI_API_KEY\" }\ntoken = \"${TOKEN_OF_MINE}\"\nsecret = \"never closed\npath = \"rows.csv\"\n";
    let hidden: Vec<&str> = in_source(config).into_iter().map(|range| config.get(range).unwrap()).collect();
    assert_eq!(hidden, ["\"hunter2hunter2\"", "\"never closed", "sk-proj-AbC123def456ghi789", "a:b", "c1"]);
    let value = json!({
        "api_kye": "hunter2hunter2", "id_key": "column_0123", "key": "column_4567", "api_key": {"env": "OPENAI_API_KEY_1"}, "token": "Description",
        "model": "sk-proj-AbC123def456ghi789", "base_url": "https://user1:password-1@h/?key=c123456789",
    });
    let mut found = in_config(&value);
    found.sort();
    assert_eq!(found, ["c123456789", "hunter2hunter2", "password-1", "sk-proj-AbC123def456ghi789"]);
}
