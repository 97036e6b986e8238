//! The layers of a crate: the order in which its top-level modules may use each other.

use crate::findings::Finding;
use crate::imports::imports;
use crate::tree::SourceFile;
use std::collections::BTreeMap;

/// The modules of a crate with their layers, the top layer first.
#[derive(Debug)]
pub struct Layers(BTreeMap<String, usize>);

impl Layers {
    /// Reads the layers from the block between `<!-- layers -->` and `<!-- /layers -->` of a Markdown text. Each line
    /// names one or more modules, separated by commas, and then describes them after two or more spaces.
    pub fn from_markdown(text: &str) -> Self {
        let block = text.split_once("<!-- layers -->").and_then(|(_, rest)| rest.split_once("<!-- /layers -->"));
        let lines =
            block.map_or("", |(block, _)| block).lines().filter(|line| !line.is_empty() && !line.starts_with("```"));
        let named = lines.enumerate().flat_map(|(layer, line)| {
            let names = line.split("  ").next().unwrap_or_default().split(',');
            names.map(move |name| (name.trim().to_owned(), layer))
        });
        Self(named.collect())
    }

    /// Returns whether the list names no module.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the imports that do not point down, and the modules that no layer names. `folder` holds the crate's sources.
    pub fn violations(&self, folder: &str, files: &[SourceFile]) -> Vec<Finding> {
        files.iter().flat_map(|file| self.violations_of(folder, file)).collect()
    }

    fn violations_of(&self, folder: &str, file: &SourceFile) -> Vec<Finding> {
        let finding = |line, message| Finding { file: file.name.clone(), line, message };
        let path = file.name.strip_prefix(folder).unwrap_or_default().trim_start_matches('/').trim_end_matches(".rs");
        let names: Vec<&str> = path.split('/').filter(|name| *name != "mod").collect();
        let Some(own) = names.first().filter(|name| !["lib", "main"].contains(name)) else { return Vec::new() };
        let Some(layer) = self.0.get(*own) else {
            return vec![finding(1, format!("`{own}` has no layer; add it to the list of layers in ARCHITECTURE.md"))];
        };
        let found = imports(&file.text, names.len()).into_iter();
        let wrong = found
            .filter(|import| import.module != *own && self.0.get(&import.module).is_some_and(|other| other <= layer));
        wrong
            .map(|import| {
                let message = format!(
                    "`{own}` uses `{}`, which is not in a layer below it; move the code or pass the value in",
                    import.module
                );
                finding(import.line, message)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Layers;
    use crate::tree::SourceFile;

    #[test]
    fn imports_that_point_up_or_sideways_are_violations() {
        let layers =
            Layers::from_markdown("x\n<!-- layers -->\n```text\ncli  commands\na, b  both\nlow\n```\n<!-- /layers -->");
        let cases = [
            ("src/cli/run.rs", "use crate::a; use crate::low; use crate::cli::x;", 0),
            ("src/a/one.rs", "use crate::low;\nuse crate::b;", 1),
            ("src/low.rs", "use crate::{cli, a};", 2),
            ("src/new/mod.rs", "", 1),
            ("src/lib.rs", "use crate::cli;", 0),
        ];
        for (name, text, count) in cases {
            let file = SourceFile { name: name.to_owned(), text: text.to_owned() };
            assert_eq!(layers.violations("src", &[file]).len(), count, "{name}");
        }
    }
}
