//! The text of a failure for people, and codes as words.

use serde_json::Value;

/// Returns the service's text for people.
pub(super) fn message(body: &Value, error: &Value) -> Option<String> {
    if let Some(text) = error["message"].as_str() {
        // The model's own provider is more exact than the router in front of it.
        return match error["metadata"]["raw"].as_str() {
            Some(raw) if !raw.is_empty() => Some(format!("{text}: {raw}")),
            _ => Some(text.to_owned()),
        };
    }
    let plain = [&body["error"], &body["detail"], &body["message"], &body["msg"], &body["error_msg"]];
    let plain = plain.into_iter().find_map(Value::as_str).filter(|text| !text.is_empty());
    plain.map(str::to_owned).or_else(|| problems(&body["detail"]))
}

/// Returns a list of validation problems, each with its path and message, as one text.
fn problems(value: &Value) -> Option<String> {
    let items = value.as_array()?;
    let one = |item: &Value| {
        let Some(message) = item["msg"].as_str() else {
            return item.to_string();
        };
        let path = item["loc"].as_array().map(Vec::as_slice).unwrap_or_default();
        let path: Vec<String> =
            path.iter().map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned)).collect();
        if path.is_empty() { message.to_owned() } else { format!("{}: {message}", path.join(".")) }
    };
    Some(items.iter().map(one).collect::<Vec<_>>().join("; "))
}

/// Returns a code as words in lower case.
pub(super) fn words(code: &str) -> String {
    let mut words = String::new();
    let mut after_lower = false;
    for character in code.chars() {
        if after_lower && character.is_uppercase() {
            words.push(' ');
        }
        after_lower = character.is_lowercase() || character.is_numeric();
        if character.is_alphanumeric() {
            words.extend(character.to_lowercase());
        } else if !words.ends_with(' ') {
            words.push(' ');
        }
    }
    words
}
