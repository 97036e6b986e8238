//! The files of the commands in plugin tables, and their pins.
//!
//! The key of a file in `[plugins.pins]` is its path in the config, so that another file in its place does not match the
//! pin: `file:tools/enrich.py`, or `program:python3` for a program that is found on the `PATH`. A colon is no part of the
//! name of a plugin.

use super::LoadedPlugin;
use super::pins::Pins;
use crate::config::plugins_table;
use crate::diagnostic::{Diagnostic, code};
use crate::document::{CommandSetting, Document, command_settings, pointer};
use crate::hex::hex;
use crate::plugin::registry::Source;
use crate::settings::PluginUse;
use rowsmith_child::Program;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

/// Folders of the operating system, whose updates change the files in them.
#[cfg(not(windows))]
const SYSTEM_FOLDERS: [&str; 7] = ["/bin", "/sbin", "/lib", "/usr", "/System", "/nix/store", "/run/current-system"];
#[cfg(windows)]
const SYSTEM_FOLDERS: [&str; 1] = ["C:\\Windows"];
/// A folder in those that belongs to the administrator.
const LOCAL_FOLDER: &str = "/usr/local";

/// A word of a command that names a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandFile {
    /// Key of its pin.
    pub key: String,
    /// The file; `None` if it does not exist.
    pub path: Option<PathBuf>,
    /// Pointer of the word in the document.
    pub pointer: String,
}

/// Returns the files of all commands in a plugin's table: programs, and arguments that are files. Arguments that name no
/// existing file are part of the list as well.
pub fn command_files(usage: &PluginUse, source: &Source) -> Vec<CommandFile> {
    let base = pointer::push(&usage.pointer, "config");
    let settings = command_settings(&source.manifest().config_schema, &usage.config);
    settings.iter().flat_map(|setting| files_of(&base, setting)).collect()
}

fn files_of(base: &str, setting: &CommandSetting) -> Vec<CommandFile> {
    let here = |index: usize| {
        let setting = format!("{base}{}", setting.pointer);
        pointer::push(&setting, &index.to_string())
    };
    let folder = setting.folder.as_deref().map(Path::new);
    let in_folder = |word: &str| folder.map_or_else(|| PathBuf::from(word), |folder| folder.join(word));
    let file = |(index, word): (usize, &String)| {
        let path = in_folder(word);
        let key = format!("file:{}", path.display());
        if index > 0 {
            return CommandFile { key, path: Some(path).filter(|path| path.is_file()), pointer: here(index) };
        }
        let is_name = Path::new(word).components().count() == 1 && !Path::new(word).is_absolute();
        let key = if is_name { format!("program:{word}") } else { key };
        let program =
            setting.variables.iter().fold(Program::new(word), |program, (name, value)| program.env(name, value));
        let program = folder.into_iter().fold(program, Program::current_dir);
        CommandFile { key, path: program.file(), pointer: here(index) }
    };
    setting.words.iter().enumerate().map(file).collect()
}

impl CommandFile {
    /// Returns whether this is a program or an existing file, and not any other argument.
    pub fn is_file(&self) -> bool {
        self.path.is_some() || self.is_program()
    }

    fn is_program(&self) -> bool {
        self.pointer.ends_with("/0")
    }

    /// Returns whether updates of the operating system change the file.
    pub fn belongs_to_system(&self) -> bool {
        let Some(path) = self.path.as_ref().and_then(|path| path.canonicalize().ok()) else { return false };
        !path.starts_with(LOCAL_FOLDER) && SYSTEM_FOLDERS.iter().any(|folder| path.starts_with(folder))
    }
}

/// Computes the pin of a file: `sha256:` and the hash in hexadecimal.
///
/// # Errors
/// If the file cannot be read.
pub fn pin_of(path: &Path) -> io::Result<String> {
    let (mut file, mut hasher, mut buffer) = (File::open(path)?, Sha256::new(), vec![0; 64 << 10]);
    loop {
        match file.read(&mut buffer)? {
            0 => break,
            read => hasher.update(buffer.get(..read).unwrap_or_default()),
        }
    }
    Ok(format!("sha256:{}", hex(&hasher.finalize())))
}

/// Returns the problems of the pinned files in the commands of a plugin's table.
pub(super) fn pin_problems(document: &Document, usage: &PluginUse, source: &Source) -> Vec<Diagnostic> {
    let pins = plugins_table(&document.value).pins;
    let files = command_files(usage, source).into_iter();
    files.filter_map(|file| pin_problem(document, &file, pins.get(&file.key)?)).collect()
}

fn pin_problem(document: &Document, file: &CommandFile, pin: &str) -> Option<Diagnostic> {
    let config = &document.name;
    let expected = pin.strip_prefix("sha256:").unwrap_or(pin);
    let again = || format!("if the change is intended, run `rowsmith plugin pin {config}` to pin the new hash");
    let (reason, help) = match file.path.as_deref().map(|path| (path.display(), pin_of(path))) {
        Some((_, Ok(found))) if found.strip_prefix("sha256:") == Some(expected) => return None,
        Some((path, Ok(found))) => {
            (format!("{path} does not match its pin: expected sha256:{expected}, found {found}"), again())
        }
        Some((path, Err(error))) => (format!("{path} cannot be compared with its pin: {error}"), again()),
        None => {
            let name = file.key.split_once(':').map_or(file.key.as_str(), |(_, name)| name);
            (format!("{name} is pinned and does not exist"), format!("restore it, or remove its pin from {config}"))
        }
    };
    let setting = pointer::parent(&file.pointer).map(pointer::dotted).unwrap_or_default();
    let diagnostic = Diagnostic::error(code::PLUGIN, format!("`{setting}`: {reason}"));
    Some(diagnostic.at(document.spans.closest(&file.pointer)).with_help(help))
}

/// Returns the files that the commands of a plugin start or read, as text for users; `None` if there are no commands.
pub fn describe(plugin: &LoadedPlugin, pins: &Pins) -> Option<String> {
    let files = command_files(&plugin.usage, &plugin.source).into_iter().filter(CommandFile::is_file);
    let describe = |file: CommandFile| {
        let pinned = if pins.contains_key(&file.key) { " (pinned)" } else { "" };
        match file.path {
            Some(path) => format!("{}{pinned}", path.display()),
            None => format!("{} (not found)", file.key.trim_start_matches("program:").trim_start_matches("file:")),
        }
    };
    let files: Vec<String> = files.map(describe).collect();
    (!files.is_empty()).then(|| files.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::fs;

    fn setting(words: &[&str], folder: Option<&Path>) -> CommandSetting {
        CommandSetting {
            pointer: "/command".to_owned(),
            words: words.iter().map(|word| (*word).to_owned()).collect(),
            folder: folder.map(|folder| folder.display().to_string()),
            variables: BTreeMap::new(),
            pointers: Vec::new(),
        }
    }

    #[test]
    fn keys_are_paths_of_the_config_and_no_names_of_plugins() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.py"), "1").unwrap();
        let files = files_of("/scraper/config", &setting(&["sh", "a.py", "-x", ""], Some(folder.path())));
        let keys: Vec<&str> = files.iter().map(|file| file.key.as_str()).collect();
        let script = folder.path().join("a.py");
        assert_eq!(keys[..2], ["program:sh", &format!("file:{}", script.display())]);
        assert!(files[0].path.as_ref().is_some_and(|path| path.is_absolute()), "{files:?}");
        assert_eq!(files[1].path, Some(script.clone()));
        assert_eq!((&files[2].path, &files[3].path), (&None, &None), "other arguments and folders");
        assert_eq!(files[1].pointer, "/scraper/config/command/1");
        let hash = "sha256:6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";
        assert_eq!(pin_of(&script).unwrap(), hash);
    }

    #[cfg(unix)]
    #[test]
    fn programs_of_the_system_are_recognised_through_links() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/bin/sh", folder.path().join("shell")).unwrap();
        fs::write(folder.path().join("own"), "").unwrap();
        for (word, expected) in [("/bin/sh", true), ("./shell", true), ("./own", false), ("./none", false)] {
            let files = files_of("", &setting(&[word], Some(folder.path())));
            assert_eq!(files[0].belongs_to_system(), expected, "{word}");
            assert!(files[0].is_file(), "a missing program counts");
        }
    }

    #[test]
    fn only_pinned_files_are_compared() {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("a.py");
        fs::write(&script, "1").unwrap();
        let document = Document::parse("f.toml", "command = [\"x\"]\n").unwrap();
        let file = CommandFile { key: "file:a.py".into(), path: Some(script.clone()), pointer: "/command/0".into() };
        let hash = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b";
        for pin in [hash.to_owned(), format!("sha256:{hash}")] {
            assert_eq!(pin_problem(&document, &file, &pin).map(|problem| problem.message), None);
        }
        let message = |file: &CommandFile| pin_problem(&document, file, "sha256:00").map(|problem| problem.message);
        let changed = message(&file).unwrap();
        assert!(changed.contains("expected sha256:00") && changed.contains(hash), "{changed}");
        let gone = CommandFile { path: None, ..file };
        assert!(message(&gone).unwrap().contains("a.py is pinned and does not exist"));
    }
}
