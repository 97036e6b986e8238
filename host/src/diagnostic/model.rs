//! The data of a diagnostic: what is wrong, where, and what to do about it.

use std::ops::Range;

/// A range of bytes in the text of a document.
pub type Span = Range<usize>;

/// Whether a diagnostic stops the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look, but the config can be used.
    Warning,
    /// The config cannot be used.
    Error,
}

/// A place in the text, with what there is to say about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The bytes that are underlined.
    pub span: Span,
    /// The words beside the underline; empty for none.
    pub text: String,
    /// Whether the bytes are a secret: they are then shown as stars, in every diagnostic that is rendered with this one.
    pub conceal: bool,
}

impl Label {
    /// A bare underline.
    pub fn new(span: Span) -> Self {
        Self { span, text: String::new(), conceal: false }
    }

    /// An underline with words beside it.
    pub fn with_text(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into(), conceal: false }
    }

    /// An underline below a secret, which is not shown.
    pub fn concealed(span: Span) -> Self {
        Self { span, text: String::new(), conceal: true }
    }
}

/// One thing that is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Whether it stops the run.
    pub severity: Severity,
    /// The stable code, one of [`super::code`].
    pub code: &'static str,
    /// One sentence: lower-case, no full stop.
    pub message: String,
    /// Where it is; `None` when the document has no place for it.
    pub primary: Option<Label>,
    /// Other places that explain it.
    pub secondary: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A diagnostic that stops the run.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message.into())
    }

    /// A diagnostic that does not stop the run.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message.into())
    }

    fn new(severity: Severity, code: &'static str, message: String) -> Self {
        Self { severity, code, message, primary: None, secondary: Vec::new(), help: None }
    }

    /// Puts the caret below `span`, when there is one.
    #[must_use]
    pub fn at(self, span: Option<Span>) -> Self {
        self.labelled(span.map(Label::new))
    }

    /// Puts the caret where `label` says, when there is one.
    #[must_use]
    pub fn labelled(mut self, label: Option<Label>) -> Self {
        self.primary = label;
        self
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether it stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
