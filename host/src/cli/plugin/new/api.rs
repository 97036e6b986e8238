//! Where the crate of a new plugin gets `rowsmith-plugin-api` from: a registry, a folder or a git repository.

use super::beside::{crate_beside, is_plugin_api};
use std::fmt;
use std::path::{Path, PathBuf};

/// The source of the crate and of the testkit beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Api {
    /// A requirement of versions, as Cargo takes it.
    Released(String),
    /// The folder of the crate, and whether it was found beside the program.
    Folder { path: PathBuf, own: bool },
    /// A repository, at a tag or at its newest state.
    Git { url: String, tag: Option<String> },
}

/// The lines of a `Cargo.toml`, without the names before them.
pub(super) struct Dependencies {
    pub(super) api: String,
    pub(super) testkit: String,
}

impl Api {
    /// Reads what `--api` says; without it, the crate of the program itself, or the release of the same version.
    ///
    /// # Errors
    /// A sentence, when it is neither a version, an address nor a folder with the crate.
    pub(super) fn choose(written: Option<&str>, executable: Option<&Path>) -> Result<Self, String> {
        let version = env!("CARGO_PKG_VERSION");
        let Some(written) = written else {
            let beside = executable.and_then(|executable| crate_beside(executable, version));
            return Ok(match beside {
                Some(path) => Self::Folder { path, own: true },
                None => Self::Released(version.to_owned()),
            });
        };
        if let Some(git) = git(written) {
            return Ok(git);
        }
        if is_version(written) {
            return Ok(Self::Released(written.to_owned()));
        }
        let given = Path::new(written);
        let folder = [given.to_owned(), given.join("plugin-api")].into_iter().find(|folder| is_plugin_api(folder));
        let path = folder.and_then(|folder| folder.canonicalize().ok()).ok_or_else(|| {
            format!(
                "--api: `{written}` is neither a version, nor an address of git, nor a folder with rowsmith-plugin-api"
            )
        })?;
        Ok(Self::Folder { path, own: false })
    }

    /// What the crate's manifest says.
    ///
    /// # Errors
    /// A sentence, when the folder's path is not Unicode, which a manifest has to be.
    pub(super) fn dependencies(&self) -> Result<Dependencies, String> {
        let both = |line: String| Dependencies { api: line.clone(), testkit: line };
        Ok(match self {
            Self::Released(version) => both(quoted(version)),
            Self::Git { url, tag: None } => both(format!("{{ git = {} }}", quoted(url))),
            Self::Git { url, tag: Some(tag) } => both(format!("{{ git = {}, tag = {} }}", quoted(url), quoted(tag))),
            Self::Folder { path, .. } => {
                let line = |path: &Path| match path.to_str() {
                    Some(text) => Ok(format!("{{ path = {} }}", quoted(text))),
                    None => Err(format!("the path {} is not Unicode; Cargo cannot name it", path.display())),
                };
                Dependencies { api: line(path)?, testkit: line(&path.join("testkit"))? }
            }
        })
    }
}

impl fmt::Display for Api {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Released(version) => write!(f, "the released version {version}"),
            Self::Folder { path, own: true } => write!(f, "{}, which belongs to this program", path.display()),
            Self::Folder { path, own: false } => write!(f, "{}", path.display()),
            Self::Git { url, tag: None } => f.write_str(url),
            Self::Git { url, tag: Some(tag) } => write!(f, "{url} at {tag}"),
        }
    }
}

/// A repository's address: one with a scheme, or one that ends as they do. A tag may follow after `#`.
fn git(written: &str) -> Option<Api> {
    let (address, tag) = written.rsplit_once('#').map_or((written, None), |(address, tag)| (address, Some(tag)));
    let url = if address.contains("://") {
        address.to_owned()
    } else if address.strip_suffix(".git").is_none() {
        return None;
    } else if let Some((host, path)) = address.split_once(':').filter(|(host, _)| host.contains('@')) {
        // Cargo takes the short form of SSH addresses only when it is written out.
        format!("ssh://{host}/{path}")
    } else {
        format!("file://{}", std::path::absolute(address).ok()?.display())
    };
    Some(Api::Git { url, tag: tag.filter(|tag| !tag.is_empty()).map(str::to_owned) })
}

fn is_version(written: &str) -> bool {
    let number = written.trim_start_matches(['^', '~', '=']);
    number.starts_with(|first: char| first.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '*'))
}

/// A TOML string. JSON escapes what a basic string of TOML must have escaped in the same way.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_addresses_are_told_apart() {
        let lines = |written: &str| Api::choose(Some(written), None).and_then(|api| api.dependencies()).unwrap().api;
        for (written, line) in [
            ("0.2", "\"0.2\""),
            ("=0.2.0-rc.1", "\"=0.2.0-rc.1\""),
            ("https://example.org/rowsmith", "{ git = \"https://example.org/rowsmith\" }"),
            (
                "https://example.org/rowsmith.git#v0.2.0",
                "{ git = \"https://example.org/rowsmith.git\", tag = \"v0.2.0\" }",
            ),
            ("https://example.org/rowsmith#", "{ git = \"https://example.org/rowsmith\" }"),
            (
                "git@example.org:team/rowsmith.git#v1",
                "{ git = \"ssh://git@example.org/team/rowsmith.git\", tag = \"v1\" }",
            ),
            ("/srv/rowsmith.git", "{ git = \"file:///srv/rowsmith.git\" }"),
        ] {
            assert_eq!(lines(written), line, "{written}");
        }
    }

    #[test]
    fn a_folder_without_the_crate_is_refused() {
        let error = Api::choose(Some("./no/such"), None).unwrap_err();
        assert_eq!(
            error,
            "--api: `./no/such` is neither a version, nor an address of git, nor a folder with rowsmith-plugin-api"
        );
    }

    #[test]
    fn without_a_word_it_is_the_programs_own_or_the_released_one() {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(Api::choose(None, Some(Path::new("/no/rowsmith"))), Ok(Api::Released(version.to_owned())));
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let api = Api::choose(None, Some(&checkout.join("target/debug/rowsmith"))).unwrap();
        let path = checkout.join("plugin-api").canonicalize().unwrap();
        assert_eq!(api, Api::Folder { path: path.clone(), own: true });
        assert_eq!(api.to_string(), format!("{}, which belongs to this program", path.display()));
        let given = Api::choose(Some(&checkout.display().to_string()), None).unwrap();
        assert_eq!(given, Api::Folder { path, own: false });
    }
}
