//! Files are small, and `mod.rs` holds no logic.

use rowsmith_repo_checks::findings::{Finding, assert_none};
use rowsmith_repo_checks::rust_text::{Kind, pieces, without_tests};
use rowsmith_repo_checks::tree::files;

/// Maximum lines of a source file.
const MAX_LINES: usize = 450;
/// Maximum lines of code before the tests of a file.
const MAX_PRODUCT_LINES: usize = 400;

#[test]
fn files_are_small() {
    let too_long = files("", &["rs"]).into_iter().filter_map(|file| {
        let (all, product) = (file.text.lines().count(), without_tests(&file.text).lines().count());
        let message = format!("{all} lines, {product} before its tests; split the file by concern");
        (all > MAX_LINES || product > MAX_PRODUCT_LINES).then_some(Finding { file: file.name, line: 1, message })
    });
    assert_none(too_long.collect());
}

#[test]
fn mod_files_hold_documentation_modules_and_re_exports() {
    let logic = files("", &["rs"]).into_iter().filter(|file| is_mod_file(&file.name)).filter_map(|file| {
        let code = pieces(&file.text).into_iter().filter(|piece| piece.kind == Kind::Code);
        let lines =
            code.flat_map(|piece| piece.text.lines().enumerate().map(move |(at, line)| (piece.line + at, line)));
        let (line, text) = lines.into_iter().find(|(_, line)| is_item(line))?;
        let message = format!("`{}` belongs in a named file beside this one", text.trim());
        Some(Finding { file: file.name.clone(), line, message })
    });
    assert_none(logic.collect());
}

/// Returns whether a file is a `mod.rs` of other code than tests.
fn is_mod_file(name: &str) -> bool {
    name.ends_with("/mod.rs") && !name.contains("/tests/")
}

/// Returns whether a line at the margin begins an item other than `mod` and `use`.
fn is_item(line: &str) -> bool {
    let words = line.split_whitespace().skip_while(|word| word.starts_with("pub") || *word == "async");
    let first = words.into_iter().next().unwrap_or_default();
    !line.starts_with(' ') && ["fn", "struct", "enum", "trait", "impl", "impl<T>", "const", "static"].contains(&first)
}
