//! Converts TOML to JSON with the position of every key and value.
//!
//! Keys keep the order of the text. Values that a config cannot hold are errors with their positions: `nan`, `inf`,
//! integers beyond 64 bits, and tables nested too deeply.

use serde_json::{Map, Number, Value};
use toml::de::{DeInteger, DeTable, DeValue, Error};

use super::Spans;
use super::pointer;
use crate::diagnostic::{Diagnostic, Label, Span, code};

/// Maximum nesting, so that recursion over a document is safe.
const MAX_DEPTH: usize = 64;
/// Maximum syntax errors of a document. One error often causes all that follow.
const MAX_SYNTAX_ERRORS: usize = 10;
/// Stack size of the parser, which recurses up to 80 inline tables deep, each below a key of up to 80 parts. The stacks
/// of test threads and workers are too small. The pages are reserved, not used.
const PARSER_STACK_BYTES: usize = 64 << 20;

/// Parses a whole document.
pub(super) fn document(text: &str) -> Result<(Value, Spans), Vec<Diagnostic>> {
    on_deep_stack(|| {
        let (table, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            return Err(syntax_errors(text, errors));
        }
        let mut conversion = Conversion::default();
        let value = conversion.table(table.get_ref(), "", 0);
        if conversion.problems.is_empty() { Ok((value, conversion.spans)) } else { Err(conversion.problems) }
    })
    .unwrap_or_else(|problem| Err(vec![Diagnostic::error(code::TOML_SYNTAX, problem)]))
}

/// Parses one value, such as the right side of `--set`.
pub(super) fn value(text: &str) -> Result<Value, String> {
    on_deep_stack(|| {
        let parsed = DeValue::parse(text).map_err(|error| error.message().to_owned())?;
        let mut conversion = Conversion::default();
        let value = conversion.value(parsed.get_ref(), &parsed.span(), "", 0);
        conversion.problems.first().map_or(Ok(value), |problem| Err(problem.message.clone()))
    })
    .unwrap_or_else(Err)
}

fn on_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("toml".to_owned()).stack_size(PARSER_STACK_BYTES);
        let running = thread
            .spawn_scoped(scope, work)
            .map_err(|error| format!("cannot start a thread to parse the text: {error}"))?;
        running.join().map_err(|_| "the TOML parser panicked on this text".to_owned())
    })
}

/// Returns at most one diagnostic per line: later errors of a line follow from its first one.
fn syntax_errors(text: &str, mut errors: Vec<Error>) -> Vec<Diagnostic> {
    let start_of = |error: &Error| error.span().map_or(0, |span| span.start);
    errors.sort_by_key(start_of);
    let mut next_line = 0;
    let mut diagnostics = Vec::new();
    for error in errors {
        let start = start_of(&error);
        if start < next_line {
            continue;
        }
        let rest = text.get(start..).unwrap_or_default();
        next_line = rest.find('\n').map_or(usize::MAX, |at| start + at + 1);
        diagnostics.push(Diagnostic::error(code::TOML_SYNTAX, error.message()).at(error.span()));
        if diagnostics.len() == MAX_SYNTAX_ERRORS {
            break;
        }
    }
    diagnostics
}

#[derive(Default)]
struct Conversion {
    spans: Spans,
    problems: Vec<Diagnostic>,
}

impl Conversion {
    fn value(&mut self, value: &DeValue<'_>, span: &Span, pointer: &str, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return self.refuse(span, format!("tables and arrays are nested deeper than {MAX_DEPTH} levels"));
        }
        match value {
            DeValue::String(text) => Value::String(text.clone().into_owned()),
            DeValue::Boolean(flag) => Value::Bool(*flag),
            DeValue::Datetime(moment) => Value::String(moment.to_string()),
            DeValue::Integer(integer) => match number(integer) {
                Some(number) => Value::Number(number),
                None => self.refuse(span, format!("the integer {} does not fit in 64 bits", integer.as_str())),
            },
            DeValue::Float(float) => match float.as_str().parse().ok().and_then(Number::from_f64) {
                Some(number) => Value::Number(number),
                None => self.refuse(span, format!("`{}` is not a number that a config can hold", float.as_str())),
            },
            DeValue::Table(table) => self.table(table, pointer, depth),
            DeValue::Array(array) => {
                let mut elements = Vec::with_capacity(array.len());
                for (index, element) in array.iter().enumerate() {
                    let inner = pointer::push(pointer, &index.to_string());
                    elements.push(self.value(element.get_ref(), &element.span(), &inner, depth + 1));
                    self.spans.record(inner, None, element.span());
                }
                Value::Array(elements)
            }
        }
    }

    fn table(&mut self, table: &DeTable<'_>, pointer: &str, depth: usize) -> Value {
        // The parser sorts keys by name; their positions restore the order of the text.
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(key, _)| key.span().start);
        let mut object = Map::with_capacity(entries.len());
        for (key, value) in entries {
            let inner = pointer::push(pointer, key.get_ref());
            let converted = self.value(value.get_ref(), &value.span(), &inner, depth + 1);
            self.spans.record(inner, Some(key.span()), value.span());
            object.insert(key.get_ref().clone().into_owned(), converted);
        }
        Value::Object(object)
    }

    fn refuse(&mut self, span: &Span, message: String) -> Value {
        self.problems.push(Diagnostic::error(code::TOML_SYNTAX, message).labelled(Some(Label::new(span.clone()))));
        Value::Null
    }
}

fn number(integer: &DeInteger<'_>) -> Option<Number> {
    let (digits, radix) = (integer.as_str(), integer.radix());
    let signed = i64::from_str_radix(digits, radix).map(Number::from);
    signed.or_else(|_| u64::from_str_radix(digits, radix).map(Number::from)).ok()
}
