//! The top-level modules of a crate that a file names.

use crate::rust_text::{Kind, pieces};

/// A path to a top-level module of the same crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// The line, counted from 1.
    pub line: usize,
    /// The top-level module.
    pub module: String,
}

/// Returns every `crate::module` of a file, also in groups, and every `super::super::module` that leaves the file's folder.
///
/// `depth` is the number of modules from the root of the crate to the file: 2 for `limit/gate.rs`, 1 for `limit/mod.rs`.
pub fn imports(source: &str, depth: usize) -> Vec<Import> {
    let mut found = Vec::new();
    for piece in pieces(source).iter().filter(|piece| piece.kind == Kind::Code) {
        for (at, start) in starts(piece.text, depth) {
            let line = piece.line + piece.text.get(..at).map_or(0, |before| before.matches('\n').count());
            found.extend(heads(start).into_iter().map(|module| Import { line, module }));
        }
    }
    found
}

/// Returns the places of paths from the root of the crate, with the text that follows each.
fn starts(code: &str, depth: usize) -> Vec<(usize, &str)> {
    let up = "super::".repeat(depth);
    ["crate::", up.as_str()].iter().filter(|root| !root.is_empty()).flat_map(|root| after_each(code, root)).collect()
}

fn after_each<'a>(code: &'a str, root: &str) -> Vec<(usize, &'a str)> {
    let is_free = |at: &usize| {
        let before = code.get(..*at).and_then(|before| before.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric() && !"_$:".contains(c))
    };
    let places = code.match_indices(root).map(|(at, _)| at).filter(is_free);
    places.filter_map(|at| Some((at, code.get(at + root.len()..)?))).collect()
}

/// Returns the first names of a path or of the group of paths that a text begins with.
fn heads(text: &str) -> Vec<String> {
    let Some(group) = text.strip_prefix('{') else { return name(text).into_iter().collect() };
    let (mut found, mut level, mut is_head) = (Vec::new(), 0_usize, true);
    for (at, c) in group.char_indices() {
        match c {
            '{' => level += 1,
            '}' if level == 0 => break,
            '}' => level -= 1,
            ',' if level == 0 => is_head = true,
            c if is_head && !c.is_whitespace() => {
                found.extend(group.get(at..).and_then(name));
                is_head = false;
            }
            _ => {}
        }
    }
    found
}

fn name(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty() && name != "super").then_some(name)
}

#[cfg(test)]
mod tests {
    use super::imports;

    fn modules(source: &str, depth: usize) -> Vec<String> {
        imports(source, depth).into_iter().map(|import| import.module).collect()
    }

    #[test]
    fn every_form_of_a_path_is_found() {
        let cases = [
            ("use crate::limit::stop::Stop;", vec!["limit"]),
            ("use crate::{limit::{a, b::{c, d}}, plugin, rules::x};", vec!["limit", "plugin", "rules"]),
            ("fn f() -> crate::error::HostError { crate::files::read() }", vec!["error", "files"]),
            ("pub(in crate::plugin) fn f() {}", vec!["plugin"]),
            ("use super::super::report;", vec!["report"]),
            ("use super::sibling;", vec![]),
            (
                "// use crate::cli;\n/// [`crate::cli`]\nlet text = \"crate::cli\"; $crate::row!(); my_crate::x()",
                vec![],
            ),
        ];
        for (source, expected) in cases {
            assert_eq!(modules(source, 2), expected, "{source}");
        }
    }

    #[test]
    fn lines_count_from_one() {
        assert_eq!(imports("//! Doc.\n\nuse crate::a;\nuse crate::b;\n", 1).last().map(|import| import.line), Some(4));
    }
}
