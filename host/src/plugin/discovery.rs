//! Finds plugin files by name. Reads folders only.

use super::error::PluginError;
use crate::document::nearest;
use crate::settings::env;
use rowsmith_plugin_api::manifest::PluginKind;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The part of the search path that a folder belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `--plugin-dir`.
    Flag,
    /// `[plugins] path` in the config.
    Config,
    /// `ROWSMITH_PLUGIN_PATH`.
    Environment,
    /// The folder of the executable.
    Beside,
    /// `../lib/rowsmith`, relative to the executable.
    Library,
    /// The user's data folder.
    User,
}

impl Origin {
    /// Returns the origin for messages, after the word "from".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Flag => "--plugin-dir",
            Self::Config => "the config's [plugins] path",
            Self::Environment => env::ROWSMITH_PLUGIN_PATH,
            Self::Beside => "the folder of the program",
            Self::Library => "../lib/rowsmith beside the program",
            Self::User => "the user's plugin folder",
        }
    }

    /// Returns the origin for JSON listings.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Config => "config",
            Self::Environment => "environment",
            Self::Beside => "program",
            Self::Library => "lib",
            Self::User => "user",
        }
    }
}

/// The search path for plugins; the first match wins.
#[derive(Debug, Clone, Default)]
pub struct SearchPath {
    folders: Vec<(Origin, PathBuf)>,
}

impl SearchPath {
    /// Creates the search path: command line, config, environment, folder of the executable, `../lib/rowsmith`, and the user's
    /// data folder.
    pub fn new(from_flags: &[PathBuf], from_config: &[PathBuf]) -> Self {
        let mut folders: Vec<(Origin, PathBuf)> = Vec::new();
        folders.extend(from_flags.iter().map(|folder| (Origin::Flag, folder.clone())));
        folders.extend(from_config.iter().map(|folder| (Origin::Config, folder.clone())));
        if let Some(list) = env::read_path(env::ROWSMITH_PLUGIN_PATH) {
            let named = std::env::split_paths(&list).filter(|folder| !folder.as_os_str().is_empty());
            folders.extend(named.map(|folder| (Origin::Environment, made_absolute(folder))));
        }
        if let Some(beside) = std::env::current_exe().ok().and_then(|exe| exe.parent().map(Path::to_owned)) {
            let library = beside.join("../lib/rowsmith");
            folders.extend([(Origin::Beside, beside), (Origin::Library, library)]);
        }
        folders.extend(user_folder().map(|folder| (Origin::User, folder)));
        Self { folders }
    }

    /// Returns the folders in order.
    pub fn folders(&self) -> impl Iterator<Item = &Path> {
        self.folders.iter().map(|(_, folder)| folder.as_path())
    }

    /// Returns the folders for messages.
    pub fn places(&self) -> String {
        let places: Vec<String> = self.folders().map(|folder| folder.display().to_string()).collect();
        format!("searched {}", places.join(", "))
    }

    /// Returns the file of a plugin.
    ///
    /// # Errors
    /// [`PluginError::NotFound`] with the searched folders and the available names.
    pub fn find(&self, kind: PluginKind, name: &str) -> Result<PathBuf, PluginError> {
        let file = file_name(kind, name);
        let found = self.folders().map(|folder| folder.join(&file)).find(|path| is_there(path));
        found.map(|path| path.canonicalize().unwrap_or(path)).ok_or_else(|| {
            let available = self.names(kind);
            let near = nearest(name, available.iter().map(String::as_str)).map(str::to_owned);
            let places = self.folders().map(Path::to_owned).collect();
            PluginError::NotFound { kind, name: name.to_owned(), places, available, near }
        })
    }

    /// Returns the files of the same name after the one that [`SearchPath::find`] returns.
    pub fn hidden(&self, kind: PluginKind, name: &str) -> Vec<PathBuf> {
        let file = file_name(kind, name);
        let there = self.folders().map(|folder| folder.join(&file)).filter(|path| is_there(path));
        let mut paths: Vec<PathBuf> = Vec::new();
        for path in there.map(|path| path.canonicalize().unwrap_or(path)) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        paths.into_iter().skip(1).collect()
    }

    /// Returns the names of one kind, sorted.
    pub fn names(&self, kind: PluginKind) -> Vec<String> {
        let names: BTreeSet<_> = self.files().into_iter().filter(|f| f.kind == kind).map(|f| f.name).collect();
        names.into_iter().collect()
    }

    /// Returns all plugin files in search order; shadowed ones are marked.
    pub fn files(&self) -> Vec<FoundFile> {
        let mut found: Vec<FoundFile> = Vec::new();
        for (origin, folder) in &self.folders {
            let Ok(entries) = std::fs::read_dir(folder) else {
                continue;
            };
            let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            paths.sort();
            for named in paths.into_iter().filter(|path| is_there(path)) {
                // The name of the directory entry counts, not the name of a link's target.
                let Some((kind, name)) = parse_file_name(&named) else {
                    continue;
                };
                let path = named.canonicalize().unwrap_or(named);
                let mut of_name = found.iter().filter(|f| f.kind == kind && f.name == name);
                let first = of_name.next().map(|f| f.path.clone());
                if first.as_ref() == Some(&path) || of_name.any(|f| f.path == path) {
                    continue;
                }
                found.push(FoundFile { kind, name, path, origin: *origin, hidden_by: first });
            }
        }
        found
    }
}

/// A file with the name of a plugin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// The kind, from the file name.
    pub kind: PluginKind,
    /// The plugin's name, from the file name.
    pub name: String,
    /// The path of the file.
    pub path: PathBuf,
    /// The part of the search path that holds the file.
    pub origin: Origin,
    /// The file that shadows this one.
    pub hidden_by: Option<PathBuf>,
}

/// Returns whether the file or a link exists. A broken link counts, so that it is reported when it is opened.
fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok() && !path.is_dir()
}

/// Makes a folder of the environment absolute. A relative one is in the working directory, which can belong to others.
fn made_absolute(folder: PathBuf) -> PathBuf {
    let Some(absolute) = std::path::absolute(&folder).ok().filter(|absolute| *absolute != folder) else {
        return folder;
    };
    if folder.is_relative() {
        let (name, folder, absolute) = (env::ROWSMITH_PLUGIN_PATH, folder.display(), absolute.display());
        tracing::warn!("`{folder}` in {name} is relative, so it means {absolute}; write an absolute path");
    }
    absolute
}

fn user_folder() -> Option<PathBuf> {
    let home = || Some(env::user_folder(env::HOME)?.join(".local/share"));
    Some(env::user_folder(env::XDG_DATA_HOME).or_else(home)?.join("rowsmith/plugins"))
}

/// Returns the file name of a plugin on this system.
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
        let search =
            SearchPath { folders: vec![(Origin::Flag, a.path().to_owned()), (Origin::User, b.path().to_owned())] };
        let found = search.find(PluginKind::Scraper, "my-pages").unwrap();
        assert_eq!(found, a.path().canonicalize().unwrap().join(&file));
        let files = search.files();
        assert_eq!(files.len(), 3);
        let hidden: Vec<_> = files.iter().filter(|f| f.hidden_by.is_some()).collect();
        assert_eq!((hidden.len(), hidden[0].origin), (1, Origin::User));
        assert_eq!(search.hidden(PluginKind::Scraper, "my-pages"), [hidden[0].path.clone()]);
        assert!(search.hidden(PluginKind::Cache, "x").is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_link_counts_under_its_own_name_and_may_lead_to_nothing() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let file = file_name(PluginKind::Scraper, "pages");
        std::fs::write(b.path().join("build-17.so"), "").unwrap();
        std::os::unix::fs::symlink(b.path().join("build-17.so"), a.path().join(&file)).unwrap();
        std::os::unix::fs::symlink(b.path().join("gone.so"), a.path().join(file_name(PluginKind::Cache, "x"))).unwrap();
        let search = SearchPath { folders: vec![(Origin::Flag, a.path().to_owned())] };
        assert_eq!(search.names(PluginKind::Scraper), ["pages"]);
        assert!(search.find(PluginKind::Scraper, "pages").unwrap().ends_with("build-17.so"));
        // A broken link is an error when it is opened, not a missing plugin.
        assert!(search.find(PluginKind::Cache, "x").is_ok());
    }

    #[test]
    fn what_is_not_found_lists_what_there_is() {
        let a = tempfile::tempdir().unwrap();
        std::fs::write(a.path().join(file_name(PluginKind::Provider, "gemini")), "").unwrap();
        let search = SearchPath { folders: vec![(Origin::Flag, a.path().to_owned())] };
        let error = search.find(PluginKind::Provider, "gemni").unwrap_err();
        assert_eq!(error.to_string(), "there is no provider plugin `gemni`");
        assert!(error.hint().unwrap().starts_with("did you mean `gemini`? available: gemini (searched "));
    }
}
