//! Puts the parts of a streamed answer together, as the body of an answer that is not streamed.

use rowsmith_plugin_api::prelude::*;

/// Returns the body that the parts add up to; `None` when the stream has no end. An error among them is the body.
pub(crate) fn merged(parts: &[Value]) -> Option<Value> {
    let is_error = |part: &&Value| part.get("error").is_some_and(|error| !error.is_null());
    if let Some(error) = parts.iter().find(is_error) {
        return Some(error.clone());
    }
    let mut body = json!({});
    let mut texts = Vec::new();
    let mut candidate = json!({});
    for part in parts {
        for (name, value) in part.as_object().into_iter().flatten().filter(|(name, _)| *name != "candidates") {
            body[name] = value.clone();
        }
        let Some(members) = part["candidates"][0].as_object() else { continue };
        for (name, value) in members {
            match (name.as_str(), value["parts"].as_array()) {
                ("content", Some(parts)) => texts.extend(parts.iter().cloned()),
                _ => candidate[name] = value.clone(),
            }
        }
    }
    let is_blocked = body["promptFeedback"]["blockReason"].is_string();
    if !(candidate["finishReason"].is_string() || is_blocked) {
        return None;
    }
    if !is_blocked {
        candidate["content"] = json!({ "parts": texts });
        body["candidates"] = json!([candidate]);
    }
    Some(body)
}
