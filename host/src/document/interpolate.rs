//! Replaces `${NAME}` references in the string values of a document.
//!
//! This happens after parsing, so that whatever a variable holds stays one value: quotes, brackets and line breaks in
//! it cannot change the shape of the config. Keys are never touched.

use serde_json::Value;

use super::reference::{Lookup, expand};
use super::{Document, Spans, pointer};
use crate::diagnostic::{Diagnostic, code};

/// Replaces the references in all string values of `document`, but for the subtrees whose pointer `skip` accepts.
///
/// Returns one diagnostic per reference that has no value; those strings stay as they were written.
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
    fn visit(&mut self, place: &str, value: &mut Value) {
        if (self.skip)(place) {
            return;
        }
        match value {
            Value::String(text) => match expand(text, self.lookup) {
                Ok(expanded) => *text = expanded,
                Err(errors) => self.problems.extend(errors.into_iter().map(|error| {
                    let message = match self.spans.flag(place) {
                        Some(flag) => format!("{} (in `--set {flag}`)", error.message),
                        None => error.message,
                    };
                    Diagnostic::error(code::UNSET_VARIABLE, message).at(self.spans.closest(place)).with_help(error.help)
                })),
            },
            Value::Array(elements) => {
                for (index, element) in elements.iter_mut().enumerate() {
                    self.visit(&pointer::push(place, &index.to_string()), element);
                }
            }
            Value::Object(entries) => {
                for (key, entry) in entries.iter_mut() {
                    self.visit(&pointer::push(place, key), entry);
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
    fn touches_values_only_and_skips_what_it_is_told_to() {
        let mut document = Document::parse("f", TEXT).unwrap();
        let lookup = |name: &str| (name == "A").then(|| "1\n[x]".to_owned());
        let problems = interpolate(&mut document, &lookup, &|place| pointer::is_within(place, "/prompt"));
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
  = help: set it, or give a default: `${MISSING:-default}`
";
        assert_eq!(shown, wanted);
    }

    #[test]
    fn names_the_flag_of_a_value_from_the_command_line() {
        let mut document = Document::parse("f", TEXT).unwrap();
        document.set("table.inner.deep=${NOPE}").unwrap();
        let problems = interpolate(&mut document, &|name| (name != "NOPE").then(String::new), &|_| false);
        assert_eq!(problems.len(), 1);
        assert_eq!(problems[0].message, "environment variable `NOPE` is not set (in `--set table.inner.deep`)");
        assert_eq!(problems[0].primary, None);
    }
}
