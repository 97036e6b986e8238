//! Converts doc comments to a description: one line per paragraph, with a blank line between paragraphs.

use syn::{Attribute, Expr, ExprLit, Lit, Meta};

/// Returns the text of an item's doc comments; empty if it has none.
pub(crate) fn description(attributes: &[Attribute]) -> String {
    let comments: Vec<String> = attributes.iter().filter_map(comment).collect();
    let mut text = String::new();
    let mut paragraph_ended = false;
    // An empty comment is a line too: `str::lines` would drop it, and with it the paragraph break.
    for line in comments.iter().flat_map(|comment| comment.split('\n')) {
        let line = line.trim();
        if line.is_empty() {
            paragraph_ended = true;
            continue;
        }
        let break_before = if paragraph_ended { "\n\n" } else { " " };
        if !text.is_empty() {
            text.push_str(break_before);
        }
        text.push_str(line);
        paragraph_ended = false;
    }
    text
}

/// Returns the text of one doc comment; `#[doc(hidden)]` and included files are not part of the description.
fn comment(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(doc) = &attribute.meta else {
        return None;
    };
    match &doc.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if doc.path.is_ident("doc") => {
            Some(without_stars(&text.value()))
        }
        _ => None,
    }
}

/// Removes the stars at the start of the lines of a block comment. The stars of a list stay.
fn without_stars(comment: &str) -> String {
    let mut lines = comment.lines();
    let first = lines.next().unwrap_or_default();
    let rest: Vec<&str> = lines.collect();
    let decorated = rest.iter().all(|line| line.trim().is_empty() || line.trim_start().starts_with('*'));
    let bare = |line: &&str| {
        if decorated { line.trim_start().trim_start_matches('*').to_owned() } else { (*line).to_owned() }
    };
    std::iter::once(first.to_owned()).chain(rest.iter().map(bare)).collect::<Vec<String>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::description;

    #[test]
    fn doc_comments_become_paragraphs() {
        for (name, source, expected) in [
            ("none", "struct S;", ""),
            ("one line", "/// One line.\nstruct S;", "One line."),
            ("joined lines", "/// One\n///   line.  \nstruct S;", "One line."),
            ("paragraphs", "///\n/// One.\n///\n///\n/// Two.\n///\nstruct S;", "One.\n\nTwo."),
            ("block", "/** One\n * line.\n *\n * Two.\n */\nstruct S;", "One line.\n\nTwo."),
            ("plain block", "/** One\n    line. */\nstruct S;", "One line."),
            ("list", "/// * one\nstruct S;", "* one"),
            ("other attributes", "#[doc(hidden)]\n/// One.\n#[repr(C)]\nstruct S;", "One."),
        ] {
            let input: syn::DeriveInput = syn::parse_str(source).unwrap();
            assert_eq!(description(&input.attrs), expected, "{name}");
        }
    }
}
