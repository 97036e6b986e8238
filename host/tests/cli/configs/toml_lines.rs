//! The options of `config/reference.toml`, including those in comments.

use rowsmith::document::Document;
use serde_json::Value;

/// A line with an option, also if it is commented out.
#[derive(Debug)]
pub(crate) struct Line {
    /// The table, with `*` for names of the user (`providers.gemini`, `enrich.output.tldr`).
    pub(crate) table: String,
    /// The plugin of the table.
    pub(crate) plugin: String,
    pub(crate) key: String,
    pub(crate) value: Value,
    /// The comment above it.
    pub(crate) comment: String,
}

/// Returns all lines with an option. Lines that begin with "# " are prose.
pub(crate) fn lines(text: &str) -> Vec<Line> {
    let (mut table, mut comment) = (String::new(), String::new());
    let mut plugins: Vec<(String, String)> = Vec::new();
    let mut found: Vec<Line> = Vec::new();
    for line in text.lines() {
        let bare = line.strip_prefix('#').unwrap_or(line);
        if bare.starts_with(' ') {
            if comment_ends(&comment, found.last(), &table) {
                comment.clear();
            }
            comment.push_str(bare);
            continue;
        }
        if let Some(header) = bare.strip_prefix('[') {
            header.split(']').next().unwrap_or_default().trim_start_matches('[').clone_into(&mut table);
            comment.clear();
        } else if let Some((key, _)) = bare.split_once(" = ") {
            let document = Document::parse("line", bare.to_owned()).unwrap_or_else(|e| panic!("{line}: {e:?}"));
            let value = document.value.get(key).cloned().unwrap_or_else(|| panic!("{line}"));
            if key == "plugin" {
                plugins.push((table.clone(), value.as_str().unwrap_or_default().to_owned()));
            }
            let owner = table.strip_suffix(".config").unwrap_or(&table);
            let plugin = plugins.iter().rev().find(|(table, _)| table == owner);
            found.push(Line {
                table: general(&table),
                plugin: plugin.map(|(_, plugin)| plugin.clone()).unwrap_or_default(),
                key: key.to_owned(),
                value,
                comment: comment.clone(),
            });
        }
    }
    found
}

/// Returns true if a new comment starts. A comment belongs to the options below it, up to the next comment.
fn comment_ends(comment: &str, last: Option<&Line>, table: &str) -> bool {
    last.is_some_and(|last| last.comment == comment && last.table == general(table))
}

fn general(table: &str) -> String {
    let mut segments: Vec<&str> = table.split('.').collect();
    let named = match segments.as_slice() {
        ["providers", ..] => 1,
        ["enrich", "output", ..] => 2,
        _ => usize::MAX,
    };
    if let Some(segment) = segments.get_mut(named) {
        *segment = "*";
    }
    segments.join(".")
}
