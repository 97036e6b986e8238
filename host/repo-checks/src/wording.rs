//! The words of the project: plain statements in the field's terms.

use crate::findings::Finding;
use crate::rust_text::{Kind, pieces, without_tests};
use crate::tree::SourceFile;
use regex::{Regex, RegexBuilder};

/// First words that make a noun phrase of a statement.
const OPENERS: &str =
    "^(What|How|Why|Whether|Where|When|Who|Whom|Whose|Which|Most|Least|Fewest|Whoever|Whatever|Nothing|Nobody|None)\\b";

/// The words that the project does not use.
#[derive(Debug)]
pub struct Wording {
    words: Vec<(Regex, String)>,
    /// Matches where any of the words does, which is faster than one search for each.
    any: Regex,
    /// Words of identifiers, with the case that is given.
    names: Vec<(Regex, String)>,
    openers: Regex,
}

impl Wording {
    /// Reads a list with one regular expression per line, then ` # ` and the replacement. Lines that begin with `#` are
    /// comments. The lines after `[names]` are for identifiers, the others for prose.
    ///
    /// # Panics
    /// When a line has no replacement or its expression is not valid.
    pub fn from_list(list: &str) -> Self {
        let (prose, names) = list.split_once("\n[names]\n").unwrap_or((list, ""));
        let words = replacements(prose, true);
        let any = words.iter().map(|(word, _)| word.as_str()).collect::<Vec<_>>().join("|");
        Self {
            words,
            any: expression(&any, true),
            names: replacements(names, false),
            openers: expression(OPENERS, false),
        }
    }

    /// Returns the words of a file that have a better one: in comments and literals of Rust, in the prose of Markdown,
    /// and in the comments of TOML.
    pub fn findings(&self, file: &SourceFile) -> Vec<Finding> {
        let extension = file.name.rsplit('.').next();
        let lines = match extension {
            Some("rs") => rust_lines(&file.name, &file.text),
            Some("md") => markdown_lines(&file.text),
            _ => comment_lines(&file.text),
        };
        let words = lines.iter().flat_map(|(line, text)| self.in_line(&file.name, *line, text));
        let of_rust =
            if extension == Some("rs") { [self.openers(file), self.names(file)].concat() } else { Vec::new() };
        words.chain(of_rust).collect()
    }

    /// Returns the identifiers that have a better name.
    fn names(&self, file: &SourceFile) -> Vec<Finding> {
        let code = pieces(&file.text).into_iter().filter(|piece| piece.kind == Kind::Code);
        let lines =
            code.flat_map(|piece| piece.text.lines().enumerate().map(move |(at, text)| (piece.line + at, text)));
        lines.flat_map(|(line, text)| matches(&self.names, &file.name, line, text)).collect()
    }

    fn in_line(&self, file: &str, line: usize, text: &str) -> Vec<Finding> {
        if !self.any.is_match(text) {
            return Vec::new();
        }
        matches(&self.words, file, line, text)
    }

    /// Returns the first lines of documentation that open with a question word.
    fn openers(&self, file: &SourceFile) -> Vec<Finding> {
        let docs: Vec<_> = pieces(&file.text).into_iter().filter(|piece| piece.kind == Kind::Doc).collect();
        let first = docs.iter().enumerate().filter(|(at, doc)| {
            let before = at.checked_sub(1).and_then(|at| docs.get(at));
            before.is_none_or(|before| before.line + 1 != doc.line)
        });
        first
            .filter_map(|(_, doc)| Some((doc.line, self.openers.find(doc.text.get(3..)?.trim_start())?.as_str())))
            .map(|(line, word)| Finding {
                file: file.name.clone(),
                line,
                message: format!("documentation opens with `{word}`; say what the item is or does, subject first"),
            })
            .collect()
    }
}

fn replacements(list: &str, ignores_case: bool) -> Vec<(Regex, String)> {
    let lines = list.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let pairs = lines.map(|line| {
        let (word, replacement) = line.rsplit_once(" # ").unwrap_or_else(|| panic!("no replacement: {line}"));
        (expression(word.trim_end(), ignores_case), replacement.trim().to_owned())
    });
    pairs.collect()
}

fn matches(words: &[(Regex, String)], file: &str, line: usize, text: &str) -> Vec<Finding> {
    let found = words.iter().filter_map(|(word, replacement)| Some((word.find(text)?, replacement)));
    let finding = |(word, replacement): (regex::Match<'_>, &String)| Finding {
        file: file.to_owned(),
        line,
        message: format!("`{}`: {replacement}", word.as_str()),
    };
    found.map(finding).collect()
}

fn expression(pattern: &str, ignores_case: bool) -> Regex {
    let built = RegexBuilder::new(pattern).case_insensitive(ignores_case).build();
    built.unwrap_or_else(|error| panic!("`{pattern}` is no regular expression: {error}"))
}

/// Returns the comments of a file, and its literals outside of tests.
fn rust_lines(name: &str, text: &str) -> Vec<(usize, String)> {
    let is_test = name.contains("/tests/") || name.contains("/testkit/") || name.contains("/benches/");
    let product = without_tests(text).lines().count();
    let is_read = |kind: Kind, line: usize| match kind {
        Kind::Code => false,
        Kind::Literal => !is_test && line <= product,
        Kind::Doc | Kind::Comment => true,
    };
    let read = pieces(text).into_iter().filter(|piece| is_read(piece.kind, piece.line));
    read.flat_map(|piece| piece.text.lines().enumerate().map(move |(at, line)| (piece.line + at, without_code(line))))
        .collect()
}

/// Returns the prose of Markdown: no fenced blocks, no code in lines.
fn markdown_lines(text: &str) -> Vec<(usize, String)> {
    let mut is_fenced = false;
    let numbered = text.lines().enumerate().filter(|(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_fenced ^= is_fence;
        !is_fenced && !is_fence
    });
    numbered.map(|(at, line)| (at + 1, without_code(line))).collect()
}

fn comment_lines(text: &str) -> Vec<(usize, String)> {
    let comments = text.lines().enumerate().filter(|(_, line)| line.starts_with("# "));
    comments.map(|(at, line)| (at + 1, without_code(line))).collect()
}

/// Returns a line without the code between its backticks.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join("``")
}

#[cfg(test)]
mod tests {
    use super::Wording;
    use crate::tree::SourceFile;

    fn count(name: &str, text: &str) -> usize {
        let wording = Wording::from_list("# list\n\\blent\\b  # provided\n\n[names]\n\\bMOST_ # MAX_\n");
        wording.findings(&SourceFile { name: name.to_owned(), text: text.to_owned() }).len()
    }

    #[test]
    fn words_are_found_in_prose_and_not_in_code() {
        let cases = [
            ("a.md", "It is lent.\n```sh\nlent\n```\nThe `lent` key. Silent.", 1),
            ("a.toml", "# Lent by the host.\nlent = 1\n", 1),
            ("src/a.rs", "/// Lent.\nfn lent() -> &'static str { \"is lent\" } // lent\n", 3),
            ("src/a.rs", "const MOST_ROWS: usize = 1;\nlet almost_x = \"MOST_\"; // MOST_", 1),
            ("x/tests/a.rs", "fn f() { assert!(\"lent\"); }\n", 0),
            ("src/a.rs", "fn f() {}\n\n#[cfg(test)]\nmod tests { const T: &str = \"lent\"; }\n", 0),
        ];
        for (name, text, expected) in cases {
            assert_eq!(count(name, text), expected, "{text}");
        }
    }

    #[test]
    fn only_the_first_line_of_documentation_is_checked_for_its_opener() {
        assert_eq!(
            count("a.rs", "/// What it is.\nfn a() {}\n/// Rows that are read\n/// When they are there.\nfn b() {}"),
            1
        );
        assert_eq!(count("a.rs", "//! Most rows.\n"), 1);
        assert_eq!(count("a.rs", "/// Whatsoever.\n"), 0);
    }
}
