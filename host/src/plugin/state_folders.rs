//! The folders that plugins may write to: state, which counts only after success, and downloads, which always stay.
//!
//! A staged plugin works on a copy of its state folder. The copy replaces the folder when the state is kept, and is removed
//! otherwise, so that a plan, a failed run or a crash moves no bookmark.

use super::host_services::PluginId;
use crate::files::leftovers::Registered;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, Result};
use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

/// Start of the names of staged folders; ids of plugins begin with their kind.
const STAGED: &str = ".staged-";
/// End of the name of a state folder that is being replaced.
const REPLACED: &str = ".replaced";
/// Age at which a staged folder belongs to no running command.
const ABANDONED_AFTER: Duration = Duration::from_secs(7 * 86_400);

/// The plugins whose state is staged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staging {
    /// Scrapers, as in a run: their bookmarks depend on its success.
    Scrapers,
    /// All plugins but caches, for commands that change nothing.
    All,
}

/// The folders of a command's plugins.
#[derive(Debug)]
pub struct StateFolders {
    state: PathBuf,
    downloads: PathBuf,
    staging: Staging,
    staged: Mutex<HashMap<String, (TempDir, Registered)>>,
}

impl StateFolders {
    /// Creates the folders below `root` on first use.
    pub fn new(root: &Path, staging: Staging) -> Self {
        let (state, downloads) = (root.join("state"), root.join("downloads"));
        Self { state, downloads, staging, staged: Mutex::default() }
    }

    /// Returns the state folder for this command.
    ///
    /// # Errors
    /// If it cannot be created or copied.
    pub fn state_dir(&self, plugin: &PluginId) -> Result<PathBuf> {
        let folder = self.state.join(plugin.to_string());
        recover(&folder)?;
        // A store is never copied: a running process may be writing to it, and looking things up changes no answer.
        let is_direct = match self.staging {
            Staging::Scrapers => plugin.kind != PluginKind::Scraper,
            Staging::All => plugin.kind == PluginKind::Cache,
        };
        if is_direct {
            return created(folder);
        }
        let mut staged = self.staged();
        if let Some(copy) = staged.get(&plugin.to_string()) {
            return Ok(copy.0.path().to_owned());
        }
        created(self.state.clone())?;
        remove_abandoned(&self.state);
        let copy = tempfile::Builder::new().prefix(&format!("{STAGED}{plugin}-")).tempdir_in(&self.state);
        let copy = copy.map_err(|error| Error::io("create a folder in", &self.state, &error))?;
        copy_folder(&folder, copy.path()).map_err(|error| Error::io("copy the folder", &folder, &error))?;
        let path = copy.path().to_owned();
        staged.insert(plugin.to_string(), (copy, Registered::path(&path)));
        Ok(path)
    }

    /// Returns the folder for downloads.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn download_dir(&self, plugin: &PluginId) -> Result<PathBuf> {
        created(self.downloads.join(plugin.to_string()))
    }

    /// Returns true if the plugin has asked for its state folder and works on a copy.
    pub fn is_staged(&self, plugin: &PluginId) -> bool {
        self.staged().contains_key(&plugin.to_string())
    }

    /// Replaces the state folder by its staged copy, if there is one.
    ///
    /// # Errors
    /// If the folder cannot be replaced; it is then unchanged.
    pub fn keep(&self, plugin: &PluginId) -> Result<()> {
        let Some((copy, _leftover)) = self.staged().remove(&plugin.to_string()) else { return Ok(()) };
        let folder = self.state.join(plugin.to_string());
        replace(copy, &folder).map_err(|error| Error::io("replace the folder", &folder, &error))
    }

    fn staged(&self) -> MutexGuard<'_, HashMap<String, (TempDir, Registered)>> {
        self.staged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn created(folder: PathBuf) -> Result<PathBuf> {
    fs::create_dir_all(&folder).map_err(|error| Error::io("create the folder", &folder, &error))?;
    Ok(folder)
}

fn replaced_path(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(REPLACED);
    folder.with_file_name(name)
}

/// Moves the copy to the place of the folder. A crash in between leaves the old folder, which [`recover`] moves back.
fn replace(copy: TempDir, folder: &Path) -> io::Result<()> {
    let old = replaced_path(folder);
    remove_folder(&old)?;
    match fs::rename(folder, &old) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    if let Err(error) = fs::rename(copy.path(), folder) {
        // The old state is better than none.
        fs::rename(&old, folder).unwrap_or_default();
        return Err(error);
    }
    // The folder has moved, so the guard must not remove it.
    let _moved = copy.keep();
    if let Err(error) = remove_folder(&old) {
        tracing::warn!(%error, folder = %old.display(), "cannot remove a replaced state folder");
    }
    Ok(())
}

/// Moves back a state folder whose replacement was interrupted.
fn recover(folder: &Path) -> Result<()> {
    let old = replaced_path(folder);
    if folder.exists() || !old.exists() {
        return Ok(());
    }
    match fs::rename(&old, folder) {
        // Another process has moved it.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result.map_err(|error| Error::io("restore the folder", folder, &error)),
    }
}

fn remove_folder(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result,
    }
}

fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            fs::create_dir(&target)?;
            copy_folder(&entry.path(), &target)?;
        } else if kind.is_symlink() {
            copy_link(&entry.path(), &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), &target)?;
        }
    }
    // A temporary folder is private; the state may belong to a group.
    fs::set_permissions(to, fs::metadata(from)?.permissions())
}

/// Copies a link, not what it leads to: the target may be missing, or a folder.
fn copy_link(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(unix)]
    return std::os::unix::fs::symlink(fs::read_link(from)?, to);
    #[cfg(not(unix))]
    return if from.is_file() { fs::copy(from, to).map(drop) } else { Ok(()) };
}

/// Removes staged folders of commands that were killed.
fn remove_abandoned(state: &Path) {
    let Ok(entries) = fs::read_dir(state) else { return };
    for entry in entries.flatten() {
        let is_staged = entry.file_name().to_string_lossy().starts_with(STAGED);
        let age = entry.metadata().and_then(|meta| meta.modified()).map(|time| time.elapsed().unwrap_or_default());
        if is_staged && age.is_ok_and(|age| age > ABANDONED_AFTER) {
            // Tidying up is not worth an error.
            fs::remove_dir_all(entry.path()).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plugin(kind: PluginKind) -> PluginId {
        PluginId { kind, name: "x".to_owned() }
    }

    fn write(folders: &StateFolders, kind: PluginKind, text: &str) {
        let folder = folders.state_dir(&plugin(kind)).unwrap();
        fs::create_dir_all(folder.join("deep")).unwrap();
        fs::write(folder.join("deep/mark"), text).unwrap();
    }

    fn mark(root: &Path, kind: PluginKind) -> Option<String> {
        fs::read_to_string(root.join("state").join(plugin(kind).to_string()).join("deep/mark")).ok()
    }

    #[test]
    fn staged_state_counts_only_when_it_is_kept() {
        let root = tempfile::tempdir().unwrap();
        let (scraper, exporter) = (PluginKind::Scraper, PluginKind::Exporter);
        let run = || StateFolders::new(root.path(), Staging::Scrapers);
        write(&run(), scraper, "failed");
        assert_eq!(mark(root.path(), scraper), None);
        let folders = run();
        write(&folders, scraper, "first");
        write(&folders, exporter, "direct");
        folders.keep(&plugin(scraper)).unwrap();
        folders.keep(&plugin(exporter)).unwrap();
        assert_eq!(mark(root.path(), scraper).as_deref(), Some("first"));
        assert_eq!(mark(root.path(), exporter).as_deref(), Some("direct"));
        let plan = StateFolders::new(root.path(), Staging::All);
        let copy = plan.state_dir(&plugin(scraper)).unwrap();
        assert_eq!(fs::read_to_string(copy.join("deep/mark")).unwrap(), "first", "a plan sees the state");
        write(&plan, scraper, "plan");
        write(&plan, exporter, "plan");
        drop(plan);
        assert_eq!(mark(root.path(), scraper).as_deref(), Some("first"));
        assert_eq!(mark(root.path(), exporter).as_deref(), Some("direct"));
        let left: Vec<_> = fs::read_dir(root.path().join("state")).unwrap().flatten().collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_permissions_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let root = tempfile::tempdir().unwrap();
        let folders = StateFolders::new(root.path(), Staging::Scrapers);
        write(&folders, PluginKind::Scraper, "old");
        folders.keep(&plugin(PluginKind::Scraper)).unwrap();
        let folder = root.path().join("state/scraper-x");
        symlink("missing", folder.join("lock")).unwrap();
        symlink("deep", folder.join("latest")).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o775)).unwrap();
        write(&folders, PluginKind::Scraper, "new");
        folders.keep(&plugin(PluginKind::Scraper)).unwrap();
        assert_eq!(fs::read_link(folder.join("lock")).unwrap(), Path::new("missing"));
        assert_eq!(fs::read_to_string(folder.join("latest/mark")).unwrap(), "new");
        assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o775);
    }

    #[test]
    fn an_interrupted_replacement_is_restored() {
        let root = tempfile::tempdir().unwrap();
        let folders = StateFolders::new(root.path(), Staging::Scrapers);
        write(&folders, PluginKind::Scraper, "old");
        folders.keep(&plugin(PluginKind::Scraper)).unwrap();
        let folder = root.path().join("state/scraper-x");
        fs::rename(&folder, replaced_path(&folder)).unwrap();
        let copy = folders.state_dir(&plugin(PluginKind::Scraper)).unwrap();
        assert_eq!(fs::read_to_string(copy.join("deep/mark")).unwrap(), "old");
    }
}
