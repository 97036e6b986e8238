//! Says the problems of a schema check in sentences, each with its place in the document.

use super::schema_limits::words;
use super::{Document, Problem, ProblemKind, pointer};
use crate::diagnostic::{Diagnostic, Label, Span, code};

/// More names than this are a wall, not a help.
const MAX_NAMES: usize = 12;
/// Values are shown up to this many characters.
const MAX_SHOWN: usize = 40;

/// The diagnostics for `problems`, which were found in the value at `base_pointer` of `document`.
pub fn problems_to_diagnostics(document: &Document, base_pointer: &str, problems: &[Problem]) -> Vec<Diagnostic> {
    problems.iter().map(|problem| diagnostic(document, base_pointer, problem)).collect()
}

fn diagnostic(document: &Document, base_pointer: &str, problem: &Problem) -> Diagnostic {
    let place = format!("{base_pointer}{}", problem.pointer);
    let name = pointer::dotted(&place);
    let said = match &problem.kind {
        ProblemKind::UnknownKey { known, nearest } => unknown_key(&place, known, nearest.as_deref()),
        ProblemKind::MissingKey { key } if name.is_empty() => {
            Diagnostic::error(code::MISSING_KEY, format!("missing key `{key}`"))
        }
        ProblemKind::MissingKey { key } => {
            Diagnostic::error(code::MISSING_KEY, format!("missing key `{key}` in `{name}`"))
        }
        ProblemKind::WrongType { expected, found } => {
            Diagnostic::error(code::WRONG_TYPE, format!("`{name}` must be {expected}, found {found}"))
        }
        ProblemKind::NotInEnum { allowed, found, nearest } => {
            let allowed: Vec<String> = allowed.iter().map(|value| format!("`{value}`")).collect();
            let message = format!("`{name}` must be {}, found `{}`", words(&allowed), shortened(found));
            let said = Diagnostic::error(code::NOT_ONE_OF, message);
            match nearest {
                Some(nearest) => said.with_help(format!("did you mean `{nearest}`?")),
                None => said,
            }
        }
        ProblemKind::OutOfRange { rule } => Diagnostic::error(code::OUT_OF_RANGE, format!("`{name}` must {rule}")),
        ProblemKind::NotASecret { reason } => Diagnostic::error(code::WRONG_TYPE, format!("`{name}` {reason}")),
        ProblemKind::BadSchema { reason } => {
            Diagnostic::error(code::BAD_SCHEMA, format!("the schema of `{name}` cannot be used: {reason}"))
        }
    };
    let span = span(document, &place, &problem.kind);
    let secret = matches!(problem.kind, ProblemKind::NotASecret { .. });
    let label = span.map(|span| if secret { Label::concealed(span) } else { Label::new(span) });
    let said = said.labelled(label);
    match (document.spans.flag(&place), &said.help) {
        (Some(flag), None) => said.with_help(format!("it was set by `--set {flag}`")),
        (Some(flag), Some(help)) => {
            let help = format!("{help} (it was set by `--set {flag}`)");
            said.with_help(help)
        }
        (None, _) => said,
    }
}

fn unknown_key(place: &str, known: &[String], nearest: Option<&str>) -> Diagnostic {
    let key = pointer::segments(place).pop().unwrap_or_default();
    let said = Diagnostic::error(code::UNKNOWN_KEY, format!("unknown key `{}`", shortened(&key)));
    if let Some(nearest) = nearest {
        return said.with_help(format!("did you mean `{nearest}`?"));
    }
    match known.len() {
        0 => said.with_help("this table takes no keys"),
        count => {
            let names: Vec<String> = known.iter().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
            let more = if count > MAX_NAMES { ", ..." } else { "" };
            said.with_help(format!("known keys: {}{more}", names.join(", ")))
        }
    }
}

fn span(document: &Document, place: &str, kind: &ProblemKind) -> Option<Span> {
    let spans = &document.spans;
    match kind {
        ProblemKind::UnknownKey { .. } => spans.key(place).or_else(|| spans.closest(place)),
        // The value of a table that was opened by a header is that header; an inline table is better found by its key.
        ProblemKind::MissingKey { .. } => {
            let header = spans.value(place).filter(|span| document.source(span).starts_with('['));
            header.or_else(|| spans.key(place)).or_else(|| spans.closest(place))
        }
        _ => spans.closest(place),
    }
}

fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(MAX_SHOWN).collect();
    if text.chars().nth(MAX_SHOWN).is_some() {
        shown.push_str("...");
    }
    shown
}

#[cfg(test)]
#[path = "problem_text_tests.rs"]
mod tests;
