//! Which service a request is meant for, read from its path and headers.
//!
//! The base URL of a config may carry a prefix of its own (a gateway), so only the end of a path is looked at.

use serde::{Deserialize, Serialize};

/// The wire format of a request and of its reply.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    /// `POST …/models/{model}:generateContent`, key in `x-goog-api-key`.
    Gemini,
    /// `POST …/chat/completions`, key in `authorization: Bearer`.
    OpenAi,
}

/// What a request asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Route {
    /// A completion; the model is named in the path (Gemini) or in the body (OpenAI).
    Completion { model: Option<String> },
    /// The list of models.
    ListModels,
    /// One model's description.
    ShowModel { model: String },
    /// Anything else; answered with 404.
    Unknown,
}

impl Route {
    /// Reads dialect and route from the request line; `google_key` tells whether a Gemini key header was sent, which
    /// decides `GET /v1/models`, a path that both services have.
    pub(crate) fn read(method: &str, target: &str, google_key: bool) -> (Dialect, Self) {
        let path = target.split_once('?').map_or(target, |(path, _)| path);
        let gemini_path = path.contains("/v1beta/") || google_key;
        if method == "POST" {
            if path.ends_with("/chat/completions") {
                return (Dialect::OpenAi, Self::Completion { model: None });
            }
            if let Some(model) = path.strip_suffix(":generateContent").and_then(model_after) {
                return (Dialect::Gemini, Self::Completion { model: Some(model) });
            }
        }
        let dialect = if gemini_path { Dialect::Gemini } else { Dialect::OpenAi };
        if method == "GET" {
            if path.ends_with("/models") {
                return (dialect, Self::ListModels);
            }
            if let Some(model) = model_after(path) {
                return (dialect, Self::ShowModel { model });
            }
        }
        (dialect, Self::Unknown)
    }

    /// True for requests that a provider would bill and count against its quota.
    pub(crate) fn is_completion(&self) -> bool {
        matches!(self, Self::Completion { .. })
    }
}

fn model_after(path: &str) -> Option<String> {
    let (_, model) = path.rsplit_once("/models/")?;
    (!model.is_empty()).then(|| model.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_dialect_and_route() {
        let completion = |model: Option<&str>| Route::Completion { model: model.map(str::to_owned) };
        let cases = [
            ("gemini beta", "POST", "/v1beta/models/m:generateContent", false, Dialect::Gemini, completion(Some("m"))),
            ("gemini v1", "POST", "/v1/models/m-2:generateContent?x=1", true, Dialect::Gemini, completion(Some("m-2"))),
            ("openai", "POST", "/v1/chat/completions", false, Dialect::OpenAi, completion(None)),
            ("openai bare", "POST", "/chat/completions", false, Dialect::OpenAi, completion(None)),
            ("behind a gateway", "POST", "/team/v1/chat/completions", false, Dialect::OpenAi, completion(None)),
            ("gemini list", "GET", "/v1beta/models?pageSize=50", false, Dialect::Gemini, Route::ListModels),
            ("list told apart by key", "GET", "/v1/models", true, Dialect::Gemini, Route::ListModels),
            ("openai list", "GET", "/models", false, Dialect::OpenAi, Route::ListModels),
            ("one model", "GET", "/v1/models/m", false, Dialect::OpenAi, Route::ShowModel { model: "m".to_owned() }),
            ("wrong method", "GET", "/v1/chat/completions", false, Dialect::OpenAi, Route::Unknown),
        ];
        for (name, method, target, google_key, dialect, route) in cases {
            assert_eq!(Route::read(method, target, google_key), (dialect, route), "{name}");
        }
    }
}
