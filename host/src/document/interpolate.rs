//! Repointers `${NAME}` references in the string values of a document.
//!
//! This happens after parsing, so that quotes, brackets and line breaks in a variable cannot change the structure of the
//! config. Keys are not changed.

use serde_json::Value;

use super::reference::{Lookup, expand};
use super::{Document, Spans, pointer};
use crate::diagnostic::{Diagnostic, code};

/// Repointers the references in all string values of `document`, except below the pointers that `skip` accepts.
///
/// Returns one diagnostic per reference without a value; those strings stay unchanged.
pub fn interpolate(document: &mut Document, lookup: Lookup<'_>, skip: &dyn Fn(&str) -> bool) -> Vec<Diagnostic> {
    let mut pass = Pass { spans: &document.spans, lookup, skip, problems: Vec::new() };
    pass.visit("", &mut document.value);
    pass.problems
}

struct Pass<'a> {
    spans: &'a Spans,
    lookup: Lookup<'a>,
    skip: &'a dyn Fn(&str) -> bool,
    problems: Vec<Diagnostic>,
}

impl Pass<'_> {
    fn visit(&mut self, pointer: &str, value: &mut Value) {
        if (self.skip)(pointer) {
            return;
        }
        match value {
            Value::String(text) => match expand(text, self.lookup) {
                Ok(expanded) => *text = expanded,
                Err(errors) => self.problems.extend(errors.into_iter().map(|error| {
                    let message = match self.spans.flag(pointer) {
                        Some(flag) => format!("{} (in `--set {flag}`)", error.message),
                        None => error.message,
                    };
                    Diagnostic::error(code::UNSET_VARIABLE, message)
                        .at(self.spans.closest(pointer))
                        .with_help(error.help)
                })),
            },
            Value::Array(elements) => {
                for (index, element) in elements.iter_mut().enumerate() {
                    self.visit(&pointer::push(pointer, &index.to_string()), element);
                }
            }
            Value::Object(entries) => {
                for (key, entry) in entries.iter_mut() {
                    self.visit(&pointer::push(pointer, key), entry);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::interpolate;
    use crate::document::{Document, pointer};

    const TEXT: &str = "
\"${A}\" = \"${A}\"
list = [\"x\", \"${A}/${MISSING}\"]
prompt = \"costs ${MISSING}\"
[table]
inner = { deep = \"${B:-b}\" }
";

    #[test]
    fn only_values_change_and_skipped_ones_stay() {
        let mut document = Document::parse("f", TEXT).unwrap();
        let lookup = |name: &str| (name == "A").then(|| "1\n[x]".to_owned());
        let problems = interpolate(&mut document, &lookup, &|pointer| pointer::is_within(pointer, "/prompt"));
        let wanted = json!({
            "${A}": "1\n[x]",
            "list": ["x", "${A}/${MISSING}"],
            "prompt": "costs ${MISSING}",
            "table": {"inner": {"deep": "b"}},
        });
        assert_eq!(document.value, wanted);
        let shown = document.render(&problems, false);
        let wanted = "\
error[RS1007]: environment variable `MISSING` is not set
 --> f:3:14
  |
3 | list = [\"x\", \"${A}/${MISSING}\"]
  |              ^^^^^^^^^^^^^^^^^
  |
  = help: set it, or add a default: `${MISSING:-default}`
";
        assert_eq!(shown, wanted);
    }

    #[test]
    fn a_value_from_the_command_line_names_its_flag() {
        let mut document = Document::parse("f", TEXT).unwrap();
        document.set("table.inner.deep=${NOPE}").unwrap();
        let problems = interpolate(&mut document, &|name| (name != "NOPE").then(String::new), &|_| false);
        assert_eq!(problems.len(), 1);
        assert!(problems[0].message.contains("`--set table.inner.deep`"), "{}", problems[0].message);
        assert_eq!(problems[0].primary, None);
    }
}
