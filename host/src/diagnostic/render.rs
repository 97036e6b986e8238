//! Renders diagnostics as text.
//!
//! Accepts any spans without a panic, escapes all control characters, and writes ESC bytes only with colour.

use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::printable::same_length_source;
use crate::redact::suspects;

use super::{Diagnostic, Label, Severity, Span, printable};

/// Renders `diagnostics` about the document `name` with the content `text`, separated by blank lines.
pub fn render(name: &str, text: &str, diagnostics: &[Diagnostic], color: bool) -> String {
    // A key can also be in a line that has another problem, or a misspelt name.
    let suspected = suspects::in_source(text);
    let declared = diagnostics.iter().flat_map(labels).filter(|label| label.conceal).map(|label| &label.span);
    let hidden: Vec<&Span> = declared.chain(&suspected).collect();
    let source = same_length_source(text, &hidden);
    let name = printable(name);
    let renderer = if color { Renderer::styled() } else { Renderer::plain() };
    let mut shown = String::new();
    for diagnostic in diagnostics {
        if !shown.is_empty() {
            shown.push('\n');
        }
        let block = renderer.render(&[group(&name, &source, diagnostic)]);
        for (index, line) in block.lines().enumerate() {
            // Without a line of the file the renderer adds no margin for line numbers; this aligns the arrow.
            let margin = if index > 0 && diagnostic.primary.is_none() { " " } else { "" };
            shown.push_str(margin);
            shown.push_str(line.trim_end());
            shown.push('\n');
        }
    }
    shown
}

fn group<'a>(name: &'a str, source: &'a str, diagnostic: &'a Diagnostic) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let group = Group::with_title(level.primary_title(printable(&diagnostic.message)).id(diagnostic.code));
    let group = match window(source, diagnostic) {
        Some(window) => group.element(snippet(name, source, diagnostic, &window)),
        None => group.element(Origin::path(name)),
    };
    match &diagnostic.help {
        Some(help) => group.element(Level::HELP.message(printable(help))),
        None => group,
    }
}

/// Part of the text for the renderer, which would scan a large file once per diagnostic.
struct Window {
    bytes: Range<usize>,
    first_line: usize,
}

fn window(source: &str, diagnostic: &Diagnostic) -> Option<Window> {
    diagnostic.primary.as_ref()?;
    let spans: Vec<Span> = labels(diagnostic).map(|label| clamp(source, &label.span)).collect();
    let first = spans.iter().map(|span| span.start).min()?;
    let last = spans.iter().map(|span| span.end).max()?;
    let start = source.get(..first)?.rfind('\n').map_or(0, |at| at + 1);
    let end = source.get(last..)?.find('\n').map_or(source.len(), |at| last + at);
    let first_line = source.get(..start)?.matches('\n').count() + 1;
    Some(Window { bytes: start..end, first_line })
}

fn snippet<'a>(
    name: &'a str,
    source: &'a str,
    diagnostic: &'a Diagnostic,
    window: &Window,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let visible = source.get(window.bytes.clone()).unwrap_or_default();
    let annotate = |kind: AnnotationKind, label: &'a Label| {
        let span = clamp(source, &label.span);
        let inside = span.start.saturating_sub(window.bytes.start)..span.end.saturating_sub(window.bytes.start);
        let annotation = kind.span(inside);
        if label.text.is_empty() { annotation } else { annotation.label(printable(&label.text)) }
    };
    Snippet::source(visible)
        .line_start(window.first_line)
        .path(name)
        .annotations(diagnostic.primary.iter().map(|label| annotate(AnnotationKind::Primary, label)))
        .annotations(diagnostic.secondary.iter().map(|label| annotate(AnnotationKind::Context, label)))
}

fn labels(diagnostic: &Diagnostic) -> impl Iterator<Item = &Label> {
    diagnostic.primary.iter().chain(&diagnostic.secondary)
}

/// Moves a span to character boundaries inside the text and ends it with its first line.
fn clamp(source: &str, span: &Span) -> Span {
    let border = |mut at: usize| {
        at = at.min(source.len());
        while !source.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = border(span.start);
    let end = border(span.end.max(span.start));
    let line = source.get(start..end).and_then(|text| text.find('\n')).map_or(end, |at| start + at);
    start..line
}

#[cfg(test)]
#[path = "render_tests.rs"]
mod tests;
