//! The manifests of the workspace and the dependencies that they declare.

use crate::rust_text::{Kind, pieces};
use crate::tree::SourceFile;
use std::path::Path;
use toml_edit::{DocumentMut, Item, TableLike};

/// Macros whose expansion names a crate that the source does not: the crate and the derives.
const DERIVES: [(&str, &[&str]); 1] = [("serde", &["Serialize", "Deserialize"])];

/// The manifest of one package.
#[derive(Debug)]
pub struct Package {
    /// The file, relative to the root of the workspace.
    pub file: String,
    /// The name of the package.
    pub name: String,
    /// Whether it builds a dynamic library.
    pub is_dynamic: bool,
    /// True if Cargo builds no unit tests of its library.
    pub is_untested: bool,
    /// The dependencies of every kind and target.
    pub dependencies: Vec<Dependency>,
    text: String,
}

/// One line of a manifest's dependencies.
#[derive(Debug)]
pub struct Dependency {
    /// The name, as code would use it with `-` for `_`.
    pub name: String,
    /// Whether the table is `dev-dependencies`.
    pub is_dev: bool,
    /// Whether the entry takes its version from the workspace.
    pub is_inherited: bool,
}

impl Package {
    /// Reads a manifest; a manifest without a package is none.
    ///
    /// # Panics
    /// When the text is not TOML.
    pub fn read(file: &SourceFile) -> Option<Self> {
        let document = document(&file.name, &file.text);
        let name = document.get("package")?.get("name")?.as_str()?.to_owned();
        let library = |key| document.get("lib").and_then(|lib| lib.get(key));
        let crate_type = library("crate-type").map(ToString::to_string);
        let is_untested = library("test").and_then(Item::as_bool) == Some(false);
        let mut dependencies = Vec::new();
        collect(document.as_table(), &mut dependencies);
        Some(Self {
            file: file.name.clone(),
            name,
            is_dynamic: crate_type.is_some_and(|kinds| kinds.contains("cdylib")),
            is_untested,
            dependencies,
            text: file.text.clone(),
        })
    }

    /// The folder of the package, relative to the root.
    pub fn folder(&self) -> &str {
        self.file.strip_suffix("/Cargo.toml").unwrap_or_default()
    }

    /// Returns the line on which a dependency is declared.
    pub fn line_of(&self, name: &str) -> usize {
        let is_entry = |line: &str| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
        self.text.lines().position(is_entry).map_or(1, |at| at + 1)
    }

    /// Returns the dependencies that the package's sources do not name.
    pub fn unused<'a>(&'a self, sources: &[SourceFile]) -> Vec<&'a Dependency> {
        let own = self.sources(sources);
        let is_used = |dependency: &&Dependency| {
            let mut readable = own.iter().filter(|(is_product, _)| *is_product || dependency.is_dev);
            readable.any(|(_, code)| names_crate(code, &dependency.name))
        };
        self.dependencies.iter().filter(|dependency| !is_used(dependency)).collect()
    }

    /// Returns the code of the package, with the files that it includes from other folders, and whether it is a part of
    /// the product.
    fn sources(&self, sources: &[SourceFile]) -> Vec<(bool, String)> {
        let folder = format!("{}/", self.folder());
        let own = sources.iter().filter_map(|file| Some((file, is_product(file.name.strip_prefix(&folder)?))));
        own.flat_map(|(file, is_product)| {
            let included = included_files(file);
            let included = sources.iter().filter(move |other| included.contains(&other.name));
            std::iter::once(file).chain(included).map(move |file| (is_product, code(&file.text)))
        })
        .collect()
    }
}

/// Returns the files that `#[path = "…"]` attributes of a file name.
fn included_files(file: &SourceFile) -> Vec<String> {
    let folder = Path::new(&file.name).parent().unwrap_or(Path::new(""));
    let paths = file.text.split("#[path = \"").skip(1).filter_map(|rest| rest.split('"').next());
    paths.map(|path| normalized(&folder.join(path))).collect()
}

/// Returns a path without `..`.
fn normalized(path: &Path) -> String {
    let mut parts = Vec::new();
    for part in path {
        if part == ".." {
            parts.pop();
        } else {
            parts.push(part.to_string_lossy());
        }
    }
    parts.join("/")
}

/// Returns the keys of `[workspace.dependencies]` in the order of the file, with their lines.
///
/// # Panics
/// When the text is not TOML.
pub fn workspace_dependencies(manifest: &str) -> Vec<(usize, String)> {
    let document = document("Cargo.toml", manifest);
    let table =
        document.get("workspace").and_then(|workspace| workspace.get("dependencies")).and_then(Item::as_table_like);
    let names = table.into_iter().flat_map(|table| table.iter().map(|(name, _)| name.to_owned())).collect::<Vec<_>>();
    let line = |name: &str| {
        manifest.lines().position(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '.'])))
    };
    names.into_iter().map(|name| (line(&name).map_or(1, |at| at + 1), name)).collect()
}

fn document(name: &str, text: &str) -> DocumentMut {
    text.parse().unwrap_or_else(|error| panic!("{name} is not TOML: {error}"))
}

fn collect(table: &dyn TableLike, found: &mut Vec<Dependency>) {
    for (key, item) in table.iter() {
        let Some(inner) = item.as_table_like() else { continue };
        match key {
            "dependencies" | "build-dependencies" | "dev-dependencies" => {
                found.extend(inner.iter().map(|(name, item)| Dependency {
                    name: name.to_owned(),
                    is_dev: key == "dev-dependencies",
                    is_inherited: item.get("workspace").is_some(),
                }));
            }
            "target" => {
                inner.iter().filter_map(|(_, item)| item.as_table_like()).for_each(|table| collect(table, found));
            }
            _ => {}
        }
    }
}

/// Returns whether a file of a package is built without its tests and benches.
fn is_product(name: &str) -> bool {
    name.starts_with("src/")
        || name.starts_with("fuzz_targets/")
        || !name.contains('/') && Path::new(name).extension().is_some()
}

fn code(source: &str) -> String {
    pieces(source).iter().filter(|piece| piece.kind == Kind::Code).map(|piece| piece.text).collect()
}

fn names_crate(code: &str, dependency: &str) -> bool {
    let name = dependency.replace('-', "_");
    let derives = DERIVES.iter().filter(|(owner, _)| *owner == name).flat_map(|(_, derives)| derives.iter().copied());
    std::iter::once(name.as_str()).chain(derives).any(|word| contains_word(code, word))
}

fn contains_word(code: &str, word: &str) -> bool {
    let is_part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word).any(|(at, _)| {
        let (before, from) = code.split_at(at);
        !is_part(before.chars().next_back()) && !is_part(from.chars().nth(word.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::{Package, workspace_dependencies};
    use crate::tree::SourceFile;

    fn file(name: &str, text: &str) -> SourceFile {
        SourceFile { name: name.to_owned(), text: text.to_owned() }
    }

    #[test]
    fn a_dependency_is_used_when_code_of_its_table_names_it() {
        let manifest = "[package]\nname = \"x\"\n[dependencies]\na-b.workspace = true\nserde = \"1\"\nc = \"1\"\nd = \"1\"\n\
                        [target.'cfg(unix)'.dependencies]\ne = \"1\"\ng = \"1\"\n[dev-dependencies]\nf = \"1\"\n";
        let package = Package::read(&file("x/Cargo.toml", manifest)).unwrap();
        let sources = [
            file("x/src/lib.rs", "use a_b::x; #[derive(Deserialize)] struct S; // c\nlet s = \"d\"; my_e::x();"),
            file("x/tests/t.rs", "use f; use c;"),
            file("y/src/lib.rs", "use e;"),
            file("x/src/shared.rs", "#[path = \"../../z/part.rs\"]\nmod part;"),
            file("z/part.rs", "use g;"),
        ];
        let unused: Vec<&str> = package.unused(&sources).iter().map(|dependency| dependency.name.as_str()).collect();
        assert_eq!(unused, ["c", "d", "e"]);
        assert_eq!(package.line_of("d"), 7);
    }

    #[test]
    fn the_table_of_the_workspace_keeps_its_order() {
        let manifest = "[workspace.dependencies]\nb = \"1\"\n# note\na = { path = \"a\" }\n";
        assert_eq!(workspace_dependencies(manifest), [(2, "b".to_owned()), (4, "a".to_owned())]);
    }
}
