//! From the service's list of models to a sentence for the user.

use crate::error;
use crate::failure::Failure;
use crate::settings::Settings;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{parse_json, read_json};

/// How many models a message names.
const MAX_NAMED: usize = 8;

/// What the list of models says of key and model. Services without such a list, and lists without the model, are not
/// failures: aliases and deployments often are not listed. OpenAI's own list is complete.
pub(crate) fn sentence(settings: &Settings, response: &HttpResponse) -> Result<String> {
    let place = settings.base_url.authority();
    let model = settings.config.model.as_str();
    if matches!(response.status.as_u16(), 404 | 405 | 501) {
        return Ok(format!("{place} answers, but does not list its models, so {model} could not be checked"));
    }
    let body = if response.is_success() { Some(read_json(&settings.service, response)?) } else { parse_json(response) };
    let refused = body.as_ref().is_some_and(|body| body.get("error").is_some_and(|error| !error.is_null()));
    if refused || !response.is_success() {
        return Err(error::of(settings, response, &Failure::read(response.status.as_u16(), body.as_ref(), false)));
    }
    let body = body.unwrap_or_default();
    let listed = body.get("data").unwrap_or(&body).as_array().map(Vec::as_slice).unwrap_or_default();
    let ids: Vec<&str> = listed.iter().filter_map(|entry| entry["id"].as_str()).collect();
    if ids.iter().any(|id| *id == model || id.strip_suffix(":latest") == Some(model)) {
        return Ok(format!("{place} answers and lists {model}"));
    }
    let named = named(&ids);
    if settings.is_openai() {
        return Err(Error::new(ErrorKind::NotFound, format!("{place} does not list {model}"))
            .hint(format!("set `model` to one that is listed: {named}")));
    }
    Ok(format!("{place} answers, but does not list {model} (it lists: {named})"))
}

fn named(ids: &[&str]) -> String {
    let shown = ids.get(..MAX_NAMED).unwrap_or(ids);
    match (shown.is_empty(), ids.len() - shown.len()) {
        (true, _) => "none".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings_tests::settings;

    #[test]
    fn what_the_list_says() {
        let list = json!({"object": "list", "data": [{"id": "model-a"}, {"id": "model-x:latest"}]});
        let other = json!({"data": [{"id": "model-a"}]});
        let many: Vec<Value> = (0..10).map(|n| json!({"id": format!("m{n}")})).collect();
        let refused = json!({"error": {"message": "wrong key", "code": "invalid_api_key"}});
        for (name, base_url, status, body, expected) in [
            ("listed", "http://h/v1", 200, list, Ok("h answers and lists model-x")),
            (
                "not listed",
                "http://h/v1",
                200,
                other.clone(),
                Ok("h answers, but does not list model-x (it lists: model-a)"),
            ),
            (
                "many others",
                "http://h/v1",
                200,
                json!(many),
                Ok("h answers, but does not list model-x (it lists: m0, m1, m2, m3, m4, m5, m6, m7 and 2 more)"),
            ),
            (
                "no list",
                "http://h/v1",
                404,
                json!({}),
                Ok("h answers, but does not list its models, so model-x could not be checked"),
            ),
            ("not OpenAI's", "https://api.openai.com/v1", 200, other, Err(ErrorKind::NotFound)),
            ("wrong key", "http://h/v1", 401, refused.clone(), Err(ErrorKind::Auth)),
            ("wrong key with 200", "http://h/v1", 200, refused, Err(ErrorKind::Auth)),
        ] {
            let settings = settings(json!({ "base_url": base_url })).unwrap();
            let said = sentence(&settings, &HttpResponse::new(status, body.to_string()));
            assert_eq!(said.as_deref().map_err(|error| error.kind), expected, "{name}");
        }
    }
}
