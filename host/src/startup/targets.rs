//! Checks the targets of exporters before the first call is made.

use super::HostError;
use super::open_plugins::{OpenExporter, OpenPlugins, Opened};
use crate::diagnostic::code;
use crate::files::resolved;
use rowsmith_plugin_api::bridge::client::ScraperClient;
use rowsmith_plugin_api::exporter::Target;
use rowsmith_plugin_api::scraper::SourcePaths;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::path::Path;

/// Checks that an exporter that does not replace files has a free target.
///
/// # Errors
/// When the target exists.
pub(super) fn check_existing(target: &Target) -> Result<(), Error> {
    let keeps = target.replaces == Some(false);
    match target.path.as_ref().filter(|path| keeps && Path::new(path).exists()) {
        None => Ok(()),
        Some(path) => Err(Error::new(ErrorKind::Io, format!("{path} already exists"))
            .hint("remove it, name another `path`, use --force, or set `if_exists = \"replace\"`")),
    }
}

/// Returns whether a target has rows of an earlier run. A file of an older plugin counts as having rows if it is not empty.
pub fn has_rows(target: &Target) -> bool {
    let is_filled = |path: &String| std::fs::metadata(path).is_ok_and(|meta| meta.is_file() && meta.len() > 0);
    target.has_rows.unwrap_or_else(|| target.path.as_ref().is_some_and(is_filled))
}

impl OpenPlugins {
    /// Checks that exporters write to different targets, and to none that the scraper reads. Returns the paths that it reads.
    ///
    /// # Errors
    /// A message that points at the exporter's path in the config.
    pub async fn check_targets(
        &self,
        exporters: &[OpenExporter],
        scraper: &Opened<ScraperClient>,
    ) -> Result<SourcePaths, HostError> {
        let source = scraper.client.source_paths().await.map_err(|error| self.call_error(scraper, error))?;
        for (at, (_, target)) in exporters.iter().enumerate() {
            let problem = if exporters.iter().take(at).any(|(_, other)| same(target, other)) {
                format!("two exporters write to {}", target.name)
            } else if target.path.as_ref().is_some_and(|path| is_read(Path::new(path), &source)) {
                format!("{} is read by the scraper; writing to it would destroy it", target.name)
            } else {
                continue;
            };
            return Err(self.diagnostic(code::BAD_SETTING, &format!("/exporters/{at}/config/path"), problem, None));
        }
        Ok(source)
    }
}

fn same(one: &Target, other: &Target) -> bool {
    (one.stdout && other.stdout) || (one.path.is_some() && one.path == other.path)
}

/// Returns whether a file is one that the scraper reads, or is in a folder that the scraper reads.
fn is_read(path: &Path, source: &SourcePaths) -> bool {
    let written = resolved(path);
    source.files.iter().any(|file| resolved(file) == written)
        || source.folders.iter().any(|folder| written.starts_with(resolved(folder)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_exporter_that_keeps_files_needs_a_free_target() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let target = |replaces| Target { path: Some(path.display().to_string()), replaces, ..Target::default() };
        assert_eq!(check_existing(&target(Some(false))), Ok(()), "the file does not exist");
        std::fs::write(&path, "").unwrap();
        assert_eq!(check_existing(&target(Some(false))).map_err(|error| error.kind), Err(ErrorKind::Io));
        assert_eq!(check_existing(&target(Some(true))), Ok(()));
        assert_eq!(check_existing(&target(None)), Ok(()), "an older plugin checks by itself");
    }

    #[test]
    fn files_and_folders_of_the_source_are_not_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("in.csv");
        std::fs::write(&file, "").unwrap();
        let other = SourcePaths { files: vec![folder.path().join("other.csv")], folders: Vec::new() };
        let cases = [
            ("the file", SourcePaths::file(&file), true),
            ("a file in the folder", SourcePaths { files: Vec::new(), folders: vec![folder.path().to_owned()] }, true),
            ("another file", other, false),
            ("no file", SourcePaths::default(), false),
        ];
        for (name, source, expected) in cases {
            assert_eq!(is_read(&file, &source), expected, "{name}");
        }
        let new = folder.path().join("new.csv");
        assert!(!is_read(&new, &SourcePaths::file(&file)));
        assert!(is_read(&new, &SourcePaths { files: Vec::new(), folders: vec![folder.path().to_owned()] }));
    }
}
