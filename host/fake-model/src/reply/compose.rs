//! Picks the reply that an act wants and puts its parts together.

use super::draft::Draft;
use super::{failure, gemini, openai};
use crate::ask::Ask;
use crate::dialect::{Dialect, Route};
use crate::http::{Body, HttpReply};
use crate::script::{Act, Block, Reply, Script, UsageReport};
use serde_json::Value;

/// The name of the model when neither the script nor the request has one.
const DEFAULT_MODEL: &str = "fake-model";
/// The page that stands in for a network's log-in page.
const LOGIN_PAGE: &str = "<!doctype html><html><head><title>Log in</title></head><body>Please log in.</body></html>";

/// A request, as far as the reply depends on it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Question<'a> {
    pub(crate) index: usize,
    pub(crate) dialect: Dialect,
    pub(crate) route: &'a Route,
    pub(crate) model: Option<&'a str>,
    pub(crate) ask: &'a Ask,
}

impl<'a> Question<'a> {
    pub(super) fn model(&self) -> &'a str {
        self.model.unwrap_or(DEFAULT_MODEL)
    }
}

/// Why the answer ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Finish {
    Stop,
    Length,
    Other(String),
}

/// Tokens, as the reply reports them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Usage {
    pub(super) prompt: u64,
    pub(super) output: u64,
    pub(super) thinking: u64,
    pub(super) cached: u64,
}

/// Makes the reply that `act` wants for `question`.
pub(crate) fn compose(script: &Script, act: &Act, question: &Question<'_>) -> HttpReply {
    let mut reply = match (&act.reply, question.route) {
        (_, Route::Unknown) => json(404, &failure::no_such_path(question.dialect)),
        (Reply::Answer | Reply::Blocked(_), Route::ListModels | Route::ShowModel { .. }) => models(script, question),
        (Reply::Answer, Route::Completion { .. }) => answer(script, act, question),
        (Reply::Blocked(block), Route::Completion { .. }) => blocked(*block, act, question),
        (Reply::Failure(failure), _) => failure::reply(*failure, act.retry_after.as_deref(), question),
        (Reply::Redirect { status, url }, _) => {
            HttpReply::new(*status, "text/plain", Body::Bytes(Vec::new())).with_header("location", url)
        }
        (Reply::Huge { mib, declared }, _) => {
            let bytes = mib.saturating_mul(1024 * 1024);
            HttpReply::new(200, "application/json", Body::Blanks { bytes, declared: *declared })
        }
        (Reply::Html, _) => HttpReply::new(200, "text/html", Body::Bytes(LOGIN_PAGE.into())),
        (Reply::Raw { status, content_type, body }, _) => {
            HttpReply::new(*status, content_type, Body::Bytes(body.clone().into_bytes()))
        }
    };
    if question.dialect == Dialect::OpenAi {
        reply = reply.with_header("x-request-id", &format!("req-{}", question.index));
    }
    act.headers.iter().fold(reply, |reply, (name, value)| reply.with_header(name, value))
}

fn answer(script: &Script, act: &Act, question: &Question<'_>) -> HttpReply {
    let fields = question.ask.fields.as_deref().unwrap_or(script.fields());
    let (mut text, mut finish) = Draft::new(question.ask, fields).finish(&act.mutations);
    let cap = question.ask.output_cap.filter(|_| script.caps_output());
    if let Some(cap) = cap.filter(|cap| *cap < tokens(text.chars().count())) {
        let chars = usize::try_from(cap.saturating_mul(4)).unwrap_or(usize::MAX);
        text = text.chars().take(chars).collect();
        finish = Finish::Length;
    }
    let usage = usage(act, question, &text);
    json(
        200,
        &match question.dialect {
            Dialect::Gemini => gemini::answer(question, &text, &finish, usage),
            Dialect::OpenAi => openai::answer(question, &text, &finish, usage),
        },
    )
}

fn blocked(block: Block, act: &Act, question: &Question<'_>) -> HttpReply {
    let usage = usage(act, question, "");
    json(
        200,
        &match question.dialect {
            Dialect::Gemini => gemini::blocked(block, question, usage),
            Dialect::OpenAi => openai::blocked(block, question, usage),
        },
    )
}

fn models(script: &Script, question: &Question<'_>) -> HttpReply {
    let name = |model: &str| match question.dialect {
        Dialect::Gemini => gemini::model(model),
        Dialect::OpenAi => openai::model(model),
    };
    if let Route::ShowModel { model } = question.route {
        return json(200, &name(model));
    }
    let mut models: Vec<Value> = script.models().iter().map(|model| name(model)).collect();
    if models.is_empty() {
        models.push(name(DEFAULT_MODEL));
    }
    json(
        200,
        &match question.dialect {
            Dialect::Gemini => serde_json::json!({ "models": models }),
            Dialect::OpenAi => serde_json::json!({ "object": "list", "data": models }),
        },
    )
}

fn usage(act: &Act, question: &Question<'_>, text: &str) -> Option<Usage> {
    match act.usage {
        UsageReport::Counted => Some(Usage {
            prompt: tokens(question.ask.prompt_chars),
            output: tokens(text.chars().count()),
            ..Usage::default()
        }),
        UsageReport::Absent => None,
        UsageReport::Fixed { prompt, output, thinking, cached } => Some(Usage { prompt, output, thinking, cached }),
    }
}

fn tokens(chars: usize) -> u64 {
    u64::try_from(chars / 4).unwrap_or(u64::MAX)
}

pub(super) fn json(status: u16, body: &Value) -> HttpReply {
    HttpReply::new(status, "application/json; charset=UTF-8", Body::Bytes(body.to_string().into_bytes()))
}
