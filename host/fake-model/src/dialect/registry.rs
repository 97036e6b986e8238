//! All wire formats, and the choice of one for a request.

use super::gemini::Gemini;
use super::interface::{Dialect, Operation};
use super::openai::OpenAi;
use crate::http::HttpRequest;

/// The wire formats. If two of them have the same path, the first one that recognises the request wins.
const DIALECTS: [&dyn Dialect; 2] = [&Gemini, &OpenAi];

/// Returns the wire format of a request and the operation it asks for.
pub(crate) fn recognize(request: &HttpRequest) -> (&'static dyn Dialect, Operation) {
    let known = DIALECTS.iter().find_map(|dialect| Some((*dialect, dialect.operation(request)?)));
    known.unwrap_or_else(|| {
        let claimed = DIALECTS.iter().find(|dialect| dialect.claims_unknown(request));
        (claimed.map_or(&OpenAi as &dyn Dialect, |dialect| *dialect), Operation::Unknown)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Headers;

    fn request(method: &str, target: &str, google_key: bool) -> HttpRequest {
        let headers = google_key.then(|| ("x-goog-api-key".to_owned(), "k".to_owned()));
        let headers: Headers = headers.into_iter().collect();
        HttpRequest { method: method.to_owned(), target: target.to_owned(), headers, body: Vec::new() }
    }

    #[test]
    fn paths_select_format_and_operation() {
        let complete = |model: Option<&str>| Operation::Complete { model: model.map(str::to_owned) };
        let show = || Operation::ShowModel { model: "m".to_owned() };
        let cases = [
            ("gemini beta", "POST", "/v1beta/models/m:generateContent", false, "gemini", complete(Some("m"))),
            ("gemini v1", "POST", "/v1/models/m-2:generateContent?x=1", true, "gemini", complete(Some("m-2"))),
            ("openai", "POST", "/v1/chat/completions", false, "openai", complete(None)),
            ("openai without version", "POST", "/chat/completions", false, "openai", complete(None)),
            ("openai of google", "POST", "/v1beta/openai/chat/completions", true, "openai", complete(None)),
            ("behind a gateway", "POST", "/team/v1/chat/completions", false, "openai", complete(None)),
            ("gemini list", "GET", "/v1beta/models?pageSize=50", false, "gemini", Operation::ListModels),
            ("gemini list by key", "GET", "/v1/models", true, "gemini", Operation::ListModels),
            ("openai list", "GET", "/models", false, "openai", Operation::ListModels),
            ("one gemini model", "GET", "/v1/models/m", true, "gemini", show()),
            ("one openai model", "GET", "/v1/models/m", false, "openai", show()),
            ("wrong method", "GET", "/v1/chat/completions", false, "openai", Operation::Unknown),
            ("unknown gemini path", "GET", "/v1beta/files", false, "gemini", Operation::Unknown),
        ];
        for (name, method, target, google_key, dialect, operation) in cases {
            let (found, found_operation) = recognize(&request(method, target, google_key));
            assert_eq!((found.name(), found_operation), (dialect, operation), "{name}");
        }
    }
}
