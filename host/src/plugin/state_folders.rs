//! The folders that plugins may write to: state, which counts only after success, and downloads, which always stay.
//!
//! A staged plugin works on a copy of its state folder. The copy replaces the folder when the state is kept, and is removed
//! otherwise, so that a plan, a failed run or a crash moves no bookmark.

use super::host_services::PluginId;
use crate::files::private_folder::PrivateFolder;
use rowsmith_plugin_api::files::open_lock;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::{Error, Result};
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Start of the names of folders with a staged copy; ids of plugins begin with their kind.
const STAGED: &str = ".staged-";
/// Name of the copy in such a folder.
const COPY: &str = "state";
/// End of the name of a state folder that is being replaced.
const REPLACED: &str = ".replaced";
/// Name of the file that processes lock while they copy or replace a folder.
const LOCK: &str = ".lock";

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
    staged: Mutex<HashMap<String, PrivateFolder>>,
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
        created(self.state.clone())?;
        let _lock = self.lock()?;
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
            return Ok(copy.join(COPY));
        }
        let copy = PrivateFolder::create(&self.state, STAGED);
        let copy = copy.map_err(|error| Error::io("create a folder in", &self.state, &error))?;
        let path = copy.join(COPY);
        create_private(&path)
            .and_then(|()| copy_folder(&folder, &path))
            .map_err(|error| Error::io("copy the folder", &folder, &error))?;
        staged.insert(plugin.to_string(), copy);
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
        let Some(copy) = self.staged().remove(&plugin.to_string()) else { return Ok(()) };
        let folder = self.state.join(plugin.to_string());
        let path = copy.join(COPY);
        sync_folder(&path).map_err(|error| Error::io("write the folder", &path, &error))?;
        let _lock = self.lock()?;
        replace(&path, &folder).map_err(|error| Error::io("replace the folder", &folder, &error))
    }

    /// Waits for other processes that copy or replace a state folder. They are held up until the file is dropped.
    fn lock(&self) -> Result<File> {
        let path = self.state.join(LOCK);
        let file = open_lock(&path).map_err(|error| Error::io("open", &path, &error))?;
        #[cfg(unix)]
        rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive)
            .map_err(|error| Error::io("lock", &path, &error.into()))?;
        Ok(file)
    }

    fn staged(&self) -> MutexGuard<'_, HashMap<String, PrivateFolder>> {
        self.staged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn created(folder: PathBuf) -> Result<PathBuf> {
    fs::create_dir_all(&folder).map_err(|error| Error::io("create the folder", &folder, &error))?;
    Ok(folder)
}

/// Creates a folder with access for its owner only.
fn create_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn replaced_path(folder: &Path) -> PathBuf {
    let mut name = folder.file_name().unwrap_or_default().to_owned();
    name.push(REPLACED);
    folder.with_file_name(name)
}

/// Moves the copy to the place of the folder. A crash in between leaves the old folder, which [`recover`] moves back.
fn replace(copy: &Path, folder: &Path) -> io::Result<()> {
    let old = replaced_path(folder);
    remove_folder(&old)?;
    match fs::rename(folder, &old) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    if let Err(error) = fs::rename(copy, folder) {
        // The old state is better than none.
        fs::rename(&old, folder).unwrap_or_default();
        return Err(error);
    }
    sync_entries(folder.parent().unwrap_or(folder))?;
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

/// Writes the files of a folder to the disk, so that a power failure after the replacement leaves no empty ones.
fn sync_folder(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            sync_folder(&entry.path())?;
        } else if kind.is_file() {
            OpenOptions::new().read(true).write(cfg!(windows)).open(entry.path())?.sync_all()?;
        }
    }
    sync_entries(folder)
}

/// Writes the names in a folder to the disk, where that is possible.
fn sync_entries(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
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

#[cfg(test)]
#[path = "state_folders_tests.rs"]
mod tests;
