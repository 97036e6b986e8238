//! Converts the problems of a schema check to diagnostics with positions.

use super::schema_limits::words;
use super::{Document, Problem, ProblemKind, pointer};
use crate::diagnostic::{Diagnostic, Label, Span, code};

/// Maximum listed names.
const MAX_NAMES: usize = 12;
/// Maximum characters of a shown value.
const MAX_SHOWN: usize = 40;

/// Returns the diagnostics for `problems` of the value at `base_pointer` of `document`.
pub fn problems_to_diagnostics(document: &Document, base_pointer: &str, problems: &[Problem]) -> Vec<Diagnostic> {
    problems.iter().map(|problem| diagnostic(document, base_pointer, problem)).collect()
}

fn diagnostic(document: &Document, base_pointer: &str, problem: &Problem) -> Diagnostic {
    let pointer = format!("{base_pointer}{}", problem.pointer);
    let name = pointer::dotted(&pointer);
    let diagnostic = match &problem.kind {
        ProblemKind::UnknownKey { known, nearest } => unknown_key(&pointer, known, nearest.as_deref()),
        ProblemKind::MissingKey { key } if name.is_empty() => {
            Diagnostic::error(code::MISSING_KEY, format!("missing key `{key}`"))
        }
        ProblemKind::MissingKey { key } => {
            Diagnostic::error(code::MISSING_KEY, format!("missing key `{key}` in `{name}`"))
        }
        ProblemKind::MissingTag { key, allowed } => {
            let place = if name.is_empty() { String::new() } else { format!(" in `{name}`") };
            let help = format!("set it to {}", words(&quoted(allowed)));
            Diagnostic::error(code::MISSING_KEY, format!("missing key `{key}`{place}")).with_help(help)
        }
        ProblemKind::KeyOfOtherVariant { tag, variants } => key_of_other_variant(&pointer, tag, variants),
        ProblemKind::WrongType { expected, found } => {
            Diagnostic::error(code::WRONG_TYPE, format!("`{name}` must be {expected}, found {found}"))
        }
        ProblemKind::NotInEnum { allowed, found, nearest } => {
            let message = format!("`{name}` must be {}, found `{}`", words(&quoted(allowed)), shortened(found));
            let diagnostic = Diagnostic::error(code::NOT_ONE_OF, message);
            match nearest {
                Some(nearest) => diagnostic.with_help(format!("did you mean `{nearest}`?")),
                None => diagnostic,
            }
        }
        ProblemKind::OutOfRange { rule } => Diagnostic::error(code::OUT_OF_RANGE, format!("`{name}` must {rule}")),
        ProblemKind::NotASecret { reason } => Diagnostic::error(code::WRONG_TYPE, format!("`{name}` {reason}")),
        ProblemKind::BadSchema { reason } => {
            Diagnostic::error(code::BAD_SCHEMA, format!("the schema of `{name}` is invalid: {reason}"))
        }
    };
    let span = span(document, &pointer, &problem.kind);
    let secret = matches!(problem.kind, ProblemKind::NotASecret { .. });
    let label = span.map(|span| if secret { Label::concealed(span) } else { Label::new(span) });
    let diagnostic = diagnostic.labelled(label);
    match (document.spans.flag(&pointer), &diagnostic.help) {
        (Some(flag), None) => diagnostic.with_help(format!("set by `--set {flag}`")),
        (Some(flag), Some(help)) => {
            let help = format!("{help} (set by `--set {flag}`)");
            diagnostic.with_help(help)
        }
        (None, _) => diagnostic,
    }
}

fn unknown_key(pointer: &str, known: &[String], nearest: Option<&str>) -> Diagnostic {
    let key = pointer::segments(pointer).pop().unwrap_or_default();
    let diagnostic = Diagnostic::error(code::UNKNOWN_KEY, format!("unknown key `{}`", shortened(&key)));
    if let Some(nearest) = nearest {
        return diagnostic.with_help(format!("did you mean `{nearest}`?"));
    }
    match known.len() {
        0 => diagnostic.with_help("this table has no keys"),
        count => {
            let names: Vec<String> = known.iter().take(MAX_NAMES).map(|name| format!("`{name}`")).collect();
            let more = if count > MAX_NAMES { ", ..." } else { "" };
            diagnostic.with_help(format!("known keys: {}{more}", names.join(", ")))
        }
    }
}

fn key_of_other_variant(pointer: &str, tag: &str, variants: &[String]) -> Diagnostic {
    let key = pointer::segments(pointer).pop().unwrap_or_default();
    let with_key: Vec<String> = variants.iter().map(|name| format!("`{tag} = \"{name}\"`")).collect();
    let help = format!("`{key}` is a key of {}", words(&with_key));
    Diagnostic::error(code::UNKNOWN_KEY, format!("unknown key `{key}`")).with_help(help)
}

fn quoted(names: &[String]) -> Vec<String> {
    names.iter().map(|name| format!("`{name}`")).collect()
}

fn span(document: &Document, pointer: &str, kind: &ProblemKind) -> Option<Span> {
    let spans = &document.spans;
    match kind {
        ProblemKind::UnknownKey { .. } | ProblemKind::KeyOfOtherVariant { .. } => {
            spans.key(pointer).or_else(|| spans.closest(pointer))
        }
        // The span of a table is its header, if it has one; an inline table is shown by its key.
        ProblemKind::MissingKey { .. } | ProblemKind::MissingTag { .. } => {
            let header = spans.value(pointer).filter(|span| document.source(span).starts_with('['));
            header.or_else(|| spans.key(pointer)).or_else(|| spans.closest(pointer))
        }
        _ => spans.closest(pointer),
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
