//! From the service's description of the model to a sentence for the user.

use crate::error;
use crate::response::SERVICE;
use crate::settings::Settings;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::service::{parse_json, read_json};

/// What a look at the model says of key and model.
pub(crate) fn sentence(settings: &Settings, response: &HttpResponse) -> Result<String> {
    if !response.is_success() {
        return Err(error::from_response(settings, response, parse_json(response).as_ref(), false));
    }
    let body = read_json(SERVICE, response)?;
    if body.get("error").is_some_and(|error| !error.is_null()) {
        return Err(error::from_response(settings, response, Some(&body), false));
    }
    let model = &settings.model;
    if let Some(methods) = body["supportedGenerationMethods"].as_array() {
        let methods: Vec<&str> = methods.iter().filter_map(Value::as_str).collect();
        if !methods.contains(&"generateContent") {
            let message =
                format!("the model {model} does not offer generateContent (it offers: {})", methods.join(", "));
            return Err(Error::new(ErrorKind::NotFound, message).hint("name another `model`"));
        }
    }
    let limits = match (body["inputTokenLimit"].as_u64(), body["outputTokenLimit"].as_u64()) {
        (Some(input), Some(output)) => format!("; it reads up to {input} tokens and writes up to {output}"),
        _ => String::new(),
    };
    Ok(format!("{} accepts the key and knows {model}{limits}", settings.base_url.authority()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::tests::settings;

    #[test]
    fn what_the_service_says_of_the_model() {
        for (name, status, body, expected) in [
            (
                "good",
                200,
                json!({"inputTokenLimit": 10, "outputTokenLimit": 5, "supportedGenerationMethods": ["generateContent"]}),
                Ok(
                    "generativelanguage.googleapis.com accepts the key and knows gemini-x; it reads up to 10 tokens and writes up to 5",
                ),
            ),
            ("terse", 200, json!({}), Ok("generativelanguage.googleapis.com accepts the key and knows gemini-x")),
            ("embeds only", 200, json!({"supportedGenerationMethods": ["embedContent"]}), Err(ErrorKind::NotFound)),
            ("unknown", 404, json!({"error": {"code": 404, "message": "no such model"}}), Err(ErrorKind::NotFound)),
            ("refused", 200, json!({"error": {"code": 403, "message": "no"}}), Err(ErrorKind::Auth)),
        ] {
            let response = HttpResponse::new(status, body.to_string());
            let said = sentence(&settings(json!({})).unwrap(), &response);
            assert_eq!(said.as_deref().map_err(|error| error.kind), expected, "{name}");
        }
    }
}
