//! Exchanges with a service, written down: what was asked, what was sent, what came back, what was made of it.
//!
//! A recording is a JSON file with `config`, `question` (absent for `verify`), `request`, `response`, and either
//! `answer` or `error`. Replaying one needs no network.
//!
//! The files of `rowsmith run --record` are another format: they hold what was sent and what came back, and not what was
//! asked or made of it. [`FakeHost::recorded`] answers from them.

use crate::{FakeHost, block_on};
use rowsmith_abi::{Buffer, Instance};
use rowsmith_plugin_api::bridge::client::{ProviderClient, Remote};
use rowsmith_plugin_api::bridge::provider;
use rowsmith_plugin_api::http::HeaderValue;
use rowsmith_plugin_api::prelude::*;
use serde_json::Map;
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// Beginnings of keys that services hand out.
const KEY_BEGINNINGS: [&str; 8] = ["sk-", "AIza", "gsk_", "xai-", "hf_", "ghp_", "or-", "pplx-"];
/// Shorter words are names and placeholders.
const KEY_LENGTH: usize = 20;

/// Replays every recording of a folder through the provider `P`, and compares what it sends and what it makes of the
/// response.
///
/// # Panics
/// When there is no recording, one cannot be read, or something differs from it.
pub fn assert_replays<P: Provider>(folder: &Path) {
    let replayed = replayed(folder, &|config, host| {
        let config = Buffer::from(serde_json::to_vec(config)?);
        let made = provider::create::<P>(&config, host.handle()).map_err(|error| Error::decode(&error))?;
        Ok(ProviderClient(Remote::new(Arc::new(Instance::new(made)))))
    });
    if let Err(difference) = replayed {
        panic!("{difference}");
    }
}

/// Looks for anything in a folder's recordings that could be a real key.
///
/// # Panics
/// When something is found, or there is no recording.
pub fn assert_keyless(folder: &Path) {
    if let Err(found) = keyless(folder) {
        panic!("{found}");
    }
}

/// Makes the provider of a recording's config.
pub(crate) type Make<'a> = &'a dyn Fn(&Value, &FakeHost) -> Result<ProviderClient>;

/// Replays every recording of a folder; says in one sentence what differs first.
pub(crate) fn replayed(folder: &Path, make: Make<'_>) -> Result<(), String> {
    for (name, text) in recordings(folder)? {
        let recording: Value = serde_json::from_str(&text).map_err(|error| format!("{name} is not JSON: {error}"))?;
        // Only the files of a run have a version; without this, each part of one would seem to differ.
        if recording.get("version").is_some() {
            return Err(format!(
                "{name} is no recording of a question: `rowsmith run --record` wrote it; answer from its folder with \
                 `FakeHost::recorded` or `Suite::recorded`"
            ));
        }
        let (request, outcome) = replay(&recording, make);
        same(&format!("{name}: the request"), &request, &recording["request"])?;
        let key = if recording.get("error").is_some() { "error" } else { "answer" };
        let expected = json!({ key: recording[key] });
        same(&format!("{name}: what was made of the response"), &outcome, &expected)?;
    }
    Ok(())
}

fn same(what: &str, found: &Value, recorded: &Value) -> Result<(), String> {
    if found == recorded { Ok(()) } else { Err(format!("{what} differs: it is {found}, and {recorded} is recorded")) }
}

/// Looks for anything in a folder's recordings that could be a real key; says in one sentence what is found first.
pub(crate) fn keyless(folder: &Path) -> Result<(), String> {
    for (name, text) in recordings(folder)? {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_');
        let found: Vec<&str> = words.filter(|word| looks_like_a_key(word)).collect();
        if !found.is_empty() {
            return Err(format!("{name} may hold a key: {found:?}"));
        }
    }
    Ok(())
}

fn looks_like_a_key(word: &str) -> bool {
    let has = |class: fn(&char) -> bool| word.chars().any(|c| class(&c));
    let is_random =
        word.len() >= 32 && has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase) && has(char::is_ascii_digit);
    let begins_like_one = KEY_BEGINNINGS.iter().any(|beginning| word.starts_with(beginning));
    is_random || (begins_like_one && word.len() >= KEY_LENGTH)
}

fn recordings(folder: &Path) -> Result<Vec<(String, String)>, String> {
    let unlisted = |error| format!("cannot list {}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unlisted)? {
        let path = entry.map_err(unlisted)?.path();
        let text = fs::read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        found.push((path.file_name().unwrap_or_default().to_string_lossy().into_owned(), text));
    }
    if found.is_empty() {
        return Err(format!("there is no recording in {}", folder.display()));
    }
    found.sort();
    Ok(found)
}

fn replay(recording: &Value, make: Make<'_>) -> (Value, Value) {
    let response = response(&recording["response"]);
    let host = FakeHost::new(move |_| response.clone());
    let outcome = match make(&recording["config"], &host) {
        Err(error) => failed(&error),
        Ok(provider) if recording["question"].is_null() => match block_on(provider.verify()) {
            Ok(sentence) => json!({ "answer": sentence }),
            Err(error) => failed(&error),
        },
        Ok(provider) => match block_on(provider.complete(&question(&recording["question"]))) {
            Ok(completion) => json!({ "answer": answer(&completion) }),
            Err(error) => failed(&error),
        },
    };
    (host.requests().first().map_or(Value::Null, request), outcome)
}

fn failed(error: &Error) -> Value {
    json!({ "error": error })
}

fn question(recorded: &Value) -> CompletionRequest {
    let text = |key: &str| recorded[key].as_str().unwrap_or_default().to_owned();
    CompletionRequest {
        system: text("system"),
        note: text("note"),
        rows: text("rows"),
        schema: Some(&recorded["schema"]).filter(|schema| !schema.is_null()).map(Value::to_string),
        max_output_tokens: recorded["max_output_tokens"].as_u64().and_then(|tokens| u32::try_from(tokens).ok()),
        json_mode: recorded["json_mode"] == true,
        ..CompletionRequest::default()
    }
}

fn request(sent: &HttpRequest) -> Value {
    let text = |value: &HeaderValue| Value::from(String::from_utf8_lossy(value.as_bytes()));
    let headers: Map<String, Value> =
        sent.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect();
    let mut request =
        json!({"method": sent.method.as_str(), "url": sent.url, "headers": headers, "timeout_ms": sent.timeout_ms});
    if !sent.body.is_empty() {
        let body = serde_json::from_slice(&sent.body);
        request["body"] = body.unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&sent.body)));
    }
    request
}

/// A response whose body is text when it is recorded as text, else JSON.
fn response(recorded: &Value) -> Result<HttpResponse> {
    let status = recorded["status"].as_u64().and_then(|status| u16::try_from(status).ok());
    let status = status.filter(|status| (100..=999).contains(status));
    let status = status.ok_or_else(|| Error::new(ErrorKind::InvalidData, "no `status` in the recorded response"))?;
    let body = recorded["body"].as_str().map_or_else(|| recorded["body"].to_string(), str::to_owned);
    let headers = recorded["headers"].as_object().into_iter().flatten();
    Ok(headers.fold(HttpResponse::new(status, body), |response, (name, value)| {
        response.with_header(name, value.as_str().unwrap_or_default())
    }))
}

fn answer(completion: &Completion) -> Value {
    let mut answer = json!({"text": completion.text, "finish": completion.finish, "usage": completion.usage});
    for (key, text) in [
        ("finish_detail", &completion.finish_detail),
        ("model", &completion.model),
        ("request_id", &completion.request_id),
    ] {
        if let Some(text) = text {
            answer[key] = Value::from(text.as_str());
        }
    }
    if !completion.limits.is_empty() {
        answer["limits"] = json!(completion.limits);
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_told_from_names() {
        for (word, expected) in [
            ("test-key", false),
            ("gemini-2-5-flash-lite-preview-09-2025", false),
            ("GenerateRequestsPerDayPerProjectPerModel-FreeTier", false),
            ("sk-short", false),
            ("sk-aaaaaaaaaaaaaaaaaaaa", true),
            ("AIzaaaaaaaaaaaaaaaaaaaaa", true),
            ("aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1aB1", true),
        ] {
            assert_eq!(looks_like_a_key(word), expected, "{word}");
        }
    }
}
