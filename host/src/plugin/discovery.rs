//! Finds plugin files. Nothing is opened here but folders.

use super::error::PluginError;
use crate::config::{env, nearest};
use rowsmith_plugin_api::manifest::PluginKind;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Where plugins are looked for; the first match wins.
#[derive(Debug, Clone, Default)]
pub struct SearchPath {
    folders: Vec<PathBuf>,
}

impl SearchPath {
    /// The folders in order: the command line's, the config's, the environment's, beside the executable,
    /// `../lib/rowsmith`, and the user's data folder.
    pub fn new(from_flags: &[PathBuf], from_config: &[PathBuf]) -> Self {
        let mut folders: Vec<PathBuf> = from_flags.iter().chain(from_config).cloned().collect();
        if let Some(list) = env::read_path(env::ROWSMITH_PLUGIN_PATH) {
            folders.extend(std::env::split_paths(&list).filter(|p| !p.as_os_str().is_empty()));
        }
        if let Some(beside) = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned)) {
            folders.push(beside.join("../lib/rowsmith"));
            folders.insert(folders.len() - 1, beside);
        }
        folders.extend(user_folder());
        Self { folders }
    }

    /// The folders.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// The file of a plugin.
    ///
    /// # Errors
    /// [`PluginError::NotFound`] with the places and the names that there are.
    pub fn find(&self, kind: PluginKind, name: &str) -> Result<PathBuf, PluginError> {
        let file = file_name(kind, name);
        let found = self.folders.iter().map(|folder| folder.join(&file)).find(|path| path.is_file());
        found.map(|path| path.canonicalize().unwrap_or(path)).ok_or_else(|| {
            let available = self.names(kind);
            let near = nearest(name, available.iter().map(String::as_str)).map(str::to_owned);
            PluginError::NotFound { kind, name: name.to_owned(), places: self.folders.clone(), available, near }
        })
    }

    /// The names of one kind, sorted.
    pub fn names(&self, kind: PluginKind) -> Vec<String> {
        let names: BTreeSet<_> = self.files().into_iter().filter(|f| f.kind == kind).map(|f| f.name).collect();
        names.into_iter().collect()
    }

    /// All plugin files, in search order; those that an earlier one hides are marked.
    pub fn files(&self) -> Vec<FoundFile> {
        let mut found: Vec<FoundFile> = Vec::new();
        for folder in &self.folders {
            let Ok(entries) = std::fs::read_dir(folder) else {
                continue;
            };
            let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            paths.sort();
            for path in paths {
                let path = path.canonicalize().unwrap_or(path);
                let Some((kind, name)) = parse_file_name(&path) else {
                    continue;
                };
                if found.iter().any(|f| f.path == path) {
                    continue;
                }
                let hidden_by = found.iter().find(|f| f.kind == kind && f.name == name).map(|f| f.path.clone());
                found.push(FoundFile { kind, name, path, hidden_by });
            }
        }
        found
    }
}

/// A file whose name says that it is a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// The kind, by its name.
    pub kind: PluginKind,
    /// The plugin's name, by the file's.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// The file that is used instead of it.
    pub hidden_by: Option<PathBuf>,
}

fn user_folder() -> Option<PathBuf> {
    let data = env::read_path(env::XDG_DATA_HOME).map(PathBuf::from);
    let home = || Some(PathBuf::from(env::read_path(env::HOME)?).join(".local/share"));
    Some(data.or_else(home)?.join("rowsmith/plugins"))
}

/// The file name of a plugin on this system.
pub fn file_name(kind: PluginKind, name: &str) -> String {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    format!("{prefix}rowsmith_{kind}_{}{suffix}", name.replace('-', "_"))
}

fn parse_file_name(path: &Path) -> Option<(PluginKind, String)> {
    let name = path.file_name()?.to_str()?;
    let stem = name.strip_prefix(std::env::consts::DLL_PREFIX)?.strip_suffix(std::env::consts::DLL_SUFFIX)?;
    let (kind, name) = stem.strip_prefix("rowsmith_")?.split_once('_')?;
    Some((PluginKind::from_name(kind)?, name.replace('_', "-")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_folder_wins_and_hides_the_others() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = file_name(PluginKind::Scraper, "my-pages");
        std::fs::write(a.path().join(&file), "").unwrap();
        std::fs::write(b.path().join(&file), "").unwrap();
        std::fs::write(b.path().join(file_name(PluginKind::Cache, "x")), "").unwrap();
        std::fs::write(b.path().join("notes.txt"), "").unwrap();
        let search = SearchPath { folders: vec![a.path().to_owned(), b.path().to_owned()] };
        let found = search.find(PluginKind::Scraper, "my-pages").unwrap();
        assert_eq!(found, a.path().canonicalize().unwrap().join(&file));
        let files = search.files();
        assert_eq!(files.len(), 3);
        assert_eq!(files.iter().filter(|f| f.hidden_by.is_some()).count(), 1);
    }

    #[test]
    fn what_is_not_found_lists_what_there_is() {
        let a = tempfile::tempdir().unwrap();
        std::fs::write(a.path().join(file_name(PluginKind::Provider, "gemini")), "").unwrap();
        let search = SearchPath { folders: vec![a.path().to_owned()] };
        let error = search.find(PluginKind::Provider, "gemni").unwrap_err();
        assert_eq!(error.to_string(), "there is no provider plugin `gemni`");
        assert!(error.hint().unwrap().starts_with("did you mean `gemini`? there are: gemini (looked in "));
    }
}
