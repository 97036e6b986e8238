//! From the service's list of models to a sentence for the user.

use crate::error;
use crate::provider::OpenAi;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{FailureReport, JsonResponse};

/// Models that a message lists at most.
const MAX_LISTED: usize = 8;

/// Returns a sentence about key and model. A service without a list of models, and a list without the model, are not
/// failures: aliases and deployments are often not listed. OpenAI's own list is complete.
pub(crate) fn sentence(provider: &OpenAi, response: &HttpResponse) -> Result<String> {
    let host = provider.service.base_url().authority();
    let model = provider.service.model();
    if matches!(response.status.as_u16(), 404 | 405 | 501) {
        return Ok(format!("{host} answers, but does not list its models; {model} is not checked"));
    }
    let body = match provider.service.read(response)? {
        JsonResponse::Success(body) => body,
        JsonResponse::Failure(body) => {
            let report = FailureReport::of(response, body.as_ref());
            return Err(error::from_response(provider, response, &report, None, None));
        }
    };
    let entries = body.get("data").unwrap_or(&body).as_array().map(Vec::as_slice).unwrap_or_default();
    let ids: Vec<&str> = entries.iter().filter_map(|entry| entry["id"].as_str()).collect();
    if ids.iter().any(|id| *id == model || id.strip_suffix(":latest") == Some(model)) {
        return Ok(format!("{host} answers and lists {model}"));
    }
    let listed = listed(&ids);
    if provider.is_openai() {
        return Err(Error::new(ErrorKind::NotFound, format!("{host} does not list {model}"))
            .hint(format!("set `model` to one of: {listed}")));
    }
    Ok(format!("{host} answers, but does not list {model} (it lists: {listed})"))
}

fn listed(ids: &[&str]) -> String {
    let shown = ids.get(..MAX_LISTED).unwrap_or(ids);
    match (shown.is_empty(), ids.len() - shown.len()) {
        (true, _) => "none".to_owned(),
        (false, 0) => shown.join(", "),
        (false, more) => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider_tests::provider;

    #[test]
    fn the_list_is_searched_for_the_model() {
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
                Ok("h answers, but does not list its models; model-x is not checked"),
            ),
            ("not OpenAI's", "https://api.openai.com/v1", 200, other, Err(ErrorKind::NotFound)),
            ("wrong key", "http://h/v1", 401, refused.clone(), Err(ErrorKind::Auth)),
            ("wrong key with 200", "http://h/v1", 200, refused, Err(ErrorKind::Auth)),
        ] {
            let provider = provider(json!({ "base_url": base_url })).unwrap();
            let said = sentence(&provider, &HttpResponse::new(status, body.to_string()));
            assert_eq!(said.as_deref().map_err(|error| error.kind), expected, "{name}");
        }
    }
}
