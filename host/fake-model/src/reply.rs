//! Composes the reply that the script wants for a request. Pure: no socket, no clock.

use crate::answer::answer_text;
use crate::call::{Call, DEFAULT_MODEL};
use crate::dialect::{CallId, Completion, FinishReason, Operation, Usage};
use crate::field::default_fields;
use crate::http::{Body, HttpReply};
use crate::placeholder::Facts;
use crate::prompt::tokens;
use crate::script::{Mutation, Reply, Script, Then, UsageReport};
use crate::state::Admitted;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::io::{self, Read as _};

/// A page like the log-in page of a network.
const LOGIN_PAGE: &str = "<!doctype html><html><head><title>Log in</title></head><body>Please log in.</body></html>";

/// Composes the reply that the script selected for an admitted request.
pub(crate) fn compose(script: &Script, admitted: &Admitted, call: &Call) -> HttpReply {
    let then = &admitted.then;
    let id = call.id(admitted.index);
    let reply = match (&then.reply, &call.operation) {
        (_, Operation::Unknown) => HttpReply::json(404, &call.dialect.unknown_path()),
        (Reply::Answer | Reply::Blocked(_), Operation::ListModels) => HttpReply::json(200, &models(script, call)),
        (Reply::Answer | Reply::Blocked(_), Operation::ShowModel { model }) => {
            HttpReply::json(200, &call.dialect.model(model))
        }
        (Reply::Answer | Reply::Blocked(_), Operation::CountTokens { .. }) => {
            HttpReply::json(200, &call.dialect.token_count(tokens(call.prompt.chars)))
        }
        (Reply::Answer, Operation::Complete { .. }) => HttpReply::json(200, &answer(script, admitted, call, &id)),
        (Reply::Blocked(part), Operation::Complete { .. }) => {
            HttpReply::json(200, &call.dialect.blocked(&id, *part, usage(then, call, "")))
        }
        (Reply::Error(error), _) => call.dialect.error(&id, *error, then.retry_after.as_deref()),
        (Reply::Redirect { status, url }, _) => {
            HttpReply::new(*status, "text/plain", Body::Bytes(Vec::new())).with_header("location", url)
        }
        (Reply::Huge { mib, declared }, _) => {
            let bytes = mib.saturating_mul(1024 * 1024);
            HttpReply::new(200, "application/json", Body::Blanks { bytes, declared: *declared })
        }
        (Reply::GzipBlanks { mib }, _) => HttpReply::new(200, "application/json", Body::Bytes(gzip_blanks(*mib)))
            .with_header("content-encoding", "gzip"),
        (Reply::Html, _) => HttpReply::new(200, "text/html", Body::Bytes(LOGIN_PAGE.into())),
        (Reply::Raw { status, content_type, body }, _) => {
            HttpReply::new(*status, content_type, Body::Bytes(facts(script, admitted, call).filled(body).into_bytes()))
        }
    };
    let of_service = call.dialect.headers(&id).into_iter();
    let reply = of_service.fold(reply, |reply, (name, value)| reply.with_header(name, &value));
    then.headers.iter().fold(reply, |reply, (name, value)| {
        let value = facts(script, admitted, call).filled(value);
        reply.with_header(name, &value)
    })
}

fn facts(script: &Script, admitted: &Admitted, call: &Call) -> Facts {
    Facts {
        output_cap: call.prompt.output_cap,
        prompt_tokens: call.prompt.tokens(),
        first_ms: admitted.first_ms,
        answer: answer_of(script, admitted, call).0,
    }
}

fn answer(script: &Script, admitted: &Admitted, call: &Call, id: &CallId<'_>) -> Value {
    let (text, finish) = answer_of(script, admitted, call);
    let usage = usage(&admitted.then, call, &text);
    call.dialect.answer(id, &Completion { text: &text, finish: &finish, usage })
}

/// Returns the text of the answer and the reason that it ends.
fn answer_of(script: &Script, admitted: &Admitted, call: &Call) -> (String, FinishReason) {
    let mutations = &admitted.then.mutations;
    let fields = call.prompt.fields.clone().unwrap_or_else(|| script.fields().unwrap_or_else(default_fields));
    let mut prompt = call.prompt.clone();
    if mutations.contains(&Mutation::PreviousAnswer) {
        prompt.rows.clone_from(&admitted.previous_rows);
        // The schema of this request did not guide that answer.
        prompt.fixed.clear();
    }
    let (mut text, mut finish) = answer_text(&prompt, &fields, mutations);
    let cap = call.prompt.output_cap.filter(|_| script.caps_output());
    if let Some(cap) = cap.filter(|cap| *cap < tokens(text.chars().count())) {
        let chars = usize::try_from(cap.saturating_mul(4)).unwrap_or(usize::MAX);
        text = text.chars().take(chars).collect();
        finish = FinishReason::Length;
    }
    (text, finish)
}

/// Compresses blanks.
fn gzip_blanks(mib: u64) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    // Writing to memory cannot fail.
    drop(io::copy(&mut io::repeat(b' ').take(mib.saturating_mul(1024 * 1024)), &mut encoder));
    encoder.finish().unwrap_or_default()
}

fn models(script: &Script, call: &Call) -> Value {
    let mut models: Vec<Value> = script.models().iter().map(|model| call.dialect.model(model)).collect();
    if models.is_empty() {
        models.push(call.dialect.model(DEFAULT_MODEL));
    }
    call.dialect.models(&models)
}

fn usage(then: &Then, call: &Call, text: &str) -> Option<Usage> {
    match then.usage {
        UsageReport::Counted => {
            Some(Usage { prompt: tokens(call.prompt.chars), output: tokens(text.chars().count()), ..Usage::default() })
        }
        UsageReport::Absent => None,
        UsageReport::Fixed { prompt, output, thinking, cached } => Some(Usage { prompt, output, thinking, cached }),
    }
}
