//! The data of a diagnostic: what is wrong, where, and what to do about it.

use std::ops::Range;

/// A range of bytes in the text of a document.
pub type Span = Range<usize>;

/// Severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The config can be used.
    Warning,
    /// The config cannot be used.
    Error,
}

/// An underlined part of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The underlined bytes.
    pub span: Span,
    /// Text beside the underline; may be empty.
    pub text: String,
    /// True for a secret, which all diagnostics of one rendering show as stars.
    pub conceal: bool,
}

impl Label {
    /// Creates an underline without text.
    pub fn new(span: Span) -> Self {
        Self { span, text: String::new(), conceal: false }
    }

    /// Creates an underline with text.
    pub fn with_text(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: text.into(), conceal: false }
    }

    /// Creates an underline below a secret, which is not shown.
    pub fn concealed(span: Span) -> Self {
        Self { span, text: String::new(), conceal: true }
    }
}

/// One problem of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Severity of the problem.
    pub severity: Severity,
    /// The stable code, one of [`super::code`].
    pub code: &'static str,
    /// One sentence: lower-case, no full stop.
    pub message: String,
    /// Position of the problem; `None` when the document has no position for it.
    pub primary: Option<Label>,
    /// Other positions that explain the problem.
    pub secondary: Vec<Label>,
    /// The next step.
    pub help: Option<String>,
}

impl Diagnostic {
    /// Creates an error, which stops the run.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message.into())
    }

    /// Creates a warning, which does not stop the run.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, message.into())
    }

    fn new(severity: Severity, code: &'static str, message: String) -> Self {
        Self { severity, code, message, primary: None, secondary: Vec::new(), help: None }
    }

    /// Sets the position, if there is one.
    #[must_use]
    pub fn at(self, span: Option<Span>) -> Self {
        self.labelled(span.map(Label::new))
    }

    /// Sets the label of the position, if there is one.
    #[must_use]
    pub fn labelled(mut self, label: Option<Label>) -> Self {
        self.primary = label;
        self
    }

    /// Sets the next step.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Returns whether the diagnostic stops the run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
