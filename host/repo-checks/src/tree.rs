//! The files of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders without sources of this workspace: build output, fuzzing corpora, and the sample data.
const SKIPPED: [&str; 6] =
    ["target", "output", "host/fuzz/artifacts", "host/fuzz/corpus", "host/fuzz/seeds", "config/sample"];

/// A text file of the workspace.
#[derive(Debug)]
pub struct SourceFile {
    /// The path relative to the root, with forward slashes.
    pub name: String,
    /// The content.
    pub text: String,
}

/// Returns the root folder of the workspace.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the text of one file.
///
/// # Panics
/// When the file cannot be read.
#[track_caller]
pub fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("cannot read {name}: {error}"))
}

/// Returns the files below a folder (`""` for all) with one of the extensions, sorted by name.
///
/// # Panics
/// When a folder cannot be read.
pub fn files(folder: &str, extensions: &[&str]) -> Vec<SourceFile> {
    let mut names = Vec::new();
    collect(folder, &mut names);
    names.retain(|name| extensions.iter().any(|extension| has_extension(name, extension)));
    names.sort();
    names.into_iter().map(|name| SourceFile { text: read(&name), name }).collect()
}

fn has_extension(name: &str, extension: &str) -> bool {
    Path::new(name).extension().is_some_and(|found| found == extension)
}

fn collect(folder: &str, names: &mut Vec<String>) {
    let entries = fs::read_dir(root().join(folder)).unwrap_or_else(|error| panic!("cannot read {folder}: {error}"));
    for entry in entries.filter_map(Result::ok) {
        let own = entry.file_name().to_string_lossy().into_owned();
        let name = if folder.is_empty() { own.clone() } else { format!("{folder}/{own}") };
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if own.starts_with('.') && is_folder || SKIPPED.contains(&name.as_str()) || own == "target" {
            continue;
        }
        if is_folder {
            collect(&name, names);
        } else {
            names.push(name);
        }
    }
}
