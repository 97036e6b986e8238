//! The working folder of a suite, and settings with paths that are relative to the folder of the user.
//!
//! A suite runs in a temporary folder, so that a plugin or a program that writes to a relative path changes nothing else.

use crate::startup::HostError;
use rowsmith_plugin_api::manifest::PluginKind;
use rowsmith_plugin_api::program::{COMMAND, WORKING_DIRECTORY};
use rowsmith_plugin_api::schema::{schema_of_item, schema_of_table};
use rowsmith_plugin_api::{Manifest, duration};
use rowsmith_plugin_testkit::conformance::places::{PlaceKind, place_kind};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Placeholder of the suite for the folder of a check.
const DIR: &str = "{dir}";

/// A temporary working folder. The process returns to the earlier one at the end.
pub(super) struct WorkingFolder {
    folder: TempDir,
    before: PathBuf,
}

impl WorkingFolder {
    pub(super) fn enter(before: &Path) -> Result<Self, HostError> {
        let failed = |error: std::io::Error| HostError::Io(format!("cannot use a temporary folder: {error}"));
        let folder = tempfile::tempdir().map_err(failed)?;
        std::env::set_current_dir(folder.path()).map_err(failed)?;
        Ok(Self { folder, before: before.to_owned() })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for WorkingFolder {
    fn drop(&mut self) {
        // The folder is removed in any case; some systems need another working folder for that.
        drop(std::env::set_current_dir(&self.before));
    }
}

/// Makes relative paths in the settings absolute: the files of commands and the given places that exist, and for plugins
/// that only read, every existing file.
pub(super) fn resolve_paths(manifest: &Manifest, config: &mut Value, folder: &Path) {
    let reads = matches!(manifest.kind, PluginKind::Scraper | PluginKind::Provider);
    let paths = Paths { folder, command_folder: folder.to_owned(), reads };
    paths.in_value("", &manifest.config_schema, config);
}

struct Paths<'a> {
    folder: &'a Path,
    /// The folder that the files of commands are relative to.
    command_folder: PathBuf,
    reads: bool,
}

impl Paths<'_> {
    fn in_value(&self, name: &str, schema: &Value, value: &mut Value) {
        let schema = schema_of_table(schema, value);
        match value {
            Value::String(text) => {
                if let Some(path) = self.absolute(name, schema, text) {
                    *text = path.display().to_string();
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    let schema = schema_of_item(schema, index).unwrap_or(&Value::Null);
                    // The first word of a command is a name on the search path, unless it has a separator.
                    let is_name =
                        index == 0 && has_format(schema, COMMAND) && !item.as_str().is_some_and(has_separator);
                    if !is_name {
                        self.in_value(name, schema, item);
                    }
                }
            }
            Value::Object(entries) => {
                let property = |name: &str| schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
                let own = entries.iter().find(|(name, _)| has_format(property(name), WORKING_DIRECTORY));
                let own = own.and_then(|(_, folder)| folder.as_str()).map(|own| self.folder.join(own));
                let command_folder = own.unwrap_or_else(|| self.command_folder.clone());
                let inner = Paths { command_folder, ..*self };
                for (name, entry) in entries.iter_mut() {
                    inner.in_value(name, property(name), entry);
                }
            }
            _ => {}
        }
    }

    /// Returns the absolute path of a text that names a file; `None` if it stays.
    fn absolute(&self, name: &str, schema: &Value, text: &str) -> Option<PathBuf> {
        if text.is_empty() || text.starts_with(DIR) || Path::new(text).is_absolute() {
            return None;
        }
        match schema["format"].as_str() {
            Some(WORKING_DIRECTORY) => return Some(self.folder.join(text)),
            Some(COMMAND) => return Some(self.command_folder.join(text)).filter(|path| path.is_file()),
            Some("secret" | duration::FORMAT) => return None,
            _ => {}
        }
        let path = self.folder.join(text);
        if place_kind(name, schema) == Some(PlaceKind::File) {
            return Some(path).filter(|path| path.exists());
        }
        let is_free = schema.get("enum").is_none() && schema.get("const").is_none();
        let looks_like_path = schema.get("type").is_none() || has_separator(text) || text.contains('.');
        // A pattern such as `notes/*.md` is relative to an existing folder.
        let first = if has_separator(text) { text.split(['/', '\\']).next().unwrap_or(text) } else { text };
        let exists = self.folder.join(first).exists();
        Some(path).filter(|_| self.reads && is_free && looks_like_path && exists)
    }
}

fn has_format(schema: &Value, format: &str) -> bool {
    schema["format"] == format
}

fn has_separator(text: &str) -> bool {
    text.contains(['/', '\\'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn manifest(kind: &str) -> Manifest {
        let schema = json!({"type": "object", "properties": {
            "path": {"type": "string"},
            "title": {"type": "string"},
            "command": {"type": "array", "items": {"type": "string", "format": "command"}},
            "cwd": {"type": "string", "format": "working-directory"},
            "options": {"type": "object", "additionalProperties": {}},
            "key": {"type": "string", "format": "secret"},
        }});
        let text = format!(
            "rowsmith-manifest 1\nname: x\nkind: {kind}\nversion: 1.0.0\nabout: x\nabi: 1\napi-version: 0.3.0\n\
             capabilities: \nentry: none\nconfig-schema: {schema}\nrowsmith-manifest-end\n"
        );
        Manifest::parse(text.as_bytes()).expect("a manifest")
    }

    #[test]
    fn files_of_the_user_get_absolute_paths() {
        let folder = tempfile::tempdir().expect("a folder");
        let full = |name: &str| folder.path().join(name).display().to_string();
        std::fs::create_dir(folder.path().join("tools")).expect("a folder");
        for file in ["rows.csv", "run.py", "tools/tool.py", "python3"] {
            std::fs::write(folder.path().join(file), "").expect("a file");
        }
        let config = json!({
            "path": "rows.csv", "title": "rows.csv", "command": ["python3", "run.py", "-v"], "key": "rows.csv",
            "options": {"file": "rows.csv", "glob": "tools/*.py", "word": "rows", "list": ["run.py", 1]},
        });
        let mut read = config.clone();
        resolve_paths(&manifest("scraper"), &mut read, folder.path());
        let expected = json!({
            "path": full("rows.csv"), "title": full("rows.csv"), "command": ["python3", full("run.py"), "-v"],
            "key": "rows.csv",
            "options": {
                "file": full("rows.csv"), "glob": full("tools/*.py"), "word": "rows", "list": [full("run.py"), 1],
            },
        });
        assert_eq!(read, expected);

        let mut written = config;
        resolve_paths(&manifest("exporter"), &mut written, folder.path());
        let options = json!({"file": "rows.csv", "glob": "tools/*.py", "word": "rows", "list": ["run.py", 1]});
        assert_eq!((&written["options"], &written["title"]), (&options, &json!("rows.csv")));
        assert_eq!(written["command"], json!(["python3", full("run.py"), "-v"]));

        let mut with_folder = json!({"command": ["./tool.py", "run.py"], "cwd": "tools", "path": "{dir}/rows.csv"});
        resolve_paths(&manifest("exporter"), &mut with_folder, folder.path());
        let expected =
            json!({"command": [full("tools/./tool.py"), "run.py"], "cwd": full("tools"), "path": "{dir}/rows.csv"});
        assert_eq!(with_folder, expected);
    }
}
