//! The source of `rowsmith-plugin-api` for a new plugin: a registry, a folder or a git repository.

use super::installed_crate::{crate_folder, installed_crate};
use std::fmt;
use std::path::{Path, PathBuf};

/// The source of the crate and of its testkit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ApiSource {
    /// A version requirement in the notation of Cargo.
    Released(String),
    /// The folder of the crate; `installed` with this program, or given by the user.
    Folder { path: PathBuf, installed: bool },
    /// A repository, at a tag or at its default branch.
    Git { url: String, tag: Option<String> },
}

/// Dependencies of a `Cargo.toml`, without their names.
pub(super) struct Dependencies {
    pub(super) api: String,
    pub(super) testkit: String,
}

impl ApiSource {
    /// Reads `--api`. Default: the crate that is installed with the program, else the release of the same version.
    ///
    /// # Errors
    /// A message when the value is not a version, an address or a folder with the crate.
    pub(super) fn choose(written: Option<&str>, executable: Option<&Path>) -> Result<Self, String> {
        let version = env!("CARGO_PKG_VERSION");
        let Some(written) = written else {
            let beside = executable.and_then(|executable| installed_crate(executable, version));
            return Ok(match beside {
                Some(path) => Self::Folder { path, installed: true },
                None => Self::Released(version.to_owned()),
            });
        };
        if let Some(git) = git(written) {
            return Ok(git);
        }
        if is_version(written) {
            return Ok(Self::Released(written.to_owned()));
        }
        let path = crate_folder(Path::new(written)).map_err(|problem| format!("--api: {problem}"))?;
        Ok(Self::Folder { path, installed: false })
    }

    /// Returns the dependencies for the manifest of the crate.
    ///
    /// # Errors
    /// A message when the path of the folder is not Unicode.
    pub(super) fn dependencies(&self) -> Result<Dependencies, String> {
        let both = |line: String| Dependencies { api: line.clone(), testkit: line };
        Ok(match self {
            Self::Released(version) => both(quoted(version)),
            Self::Git { url, tag: None } => both(format!("{{ git = {} }}", quoted(url))),
            Self::Git { url, tag: Some(tag) } => both(format!("{{ git = {}, tag = {} }}", quoted(url), quoted(tag))),
            Self::Folder { path, .. } => {
                let line = |path: &Path| match path.to_str() {
                    Some(text) => Ok(format!("{{ path = {} }}", quoted(text))),
                    None => Err(format!("the path {} is not Unicode, which `Cargo.toml` requires", path.display())),
                };
                Dependencies { api: line(path)?, testkit: line(&path.join("testkit"))? }
            }
        })
    }
}

impl fmt::Display for ApiSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Released(version) => write!(f, "the released version {version}"),
            Self::Folder { path, installed: true } => write!(f, "{} (installed with this program)", path.display()),
            Self::Folder { path, installed: false } => write!(f, "{}", path.display()),
            Self::Git { url, tag: None } => f.write_str(url),
            Self::Git { url, tag: Some(tag) } => write!(f, "{url} at {tag}"),
        }
    }
}

/// Reads the address of a repository: an address with a scheme or with the suffix `.git`, and an optional tag after `#`.
fn git(written: &str) -> Option<ApiSource> {
    let (address, tag) = written.rsplit_once('#').map_or((written, None), |(address, tag)| (address, Some(tag)));
    let url = if address.contains("://") {
        address.to_owned()
    } else if address.strip_suffix(".git").is_none() {
        return None;
    } else if let Some((host, path)) = address.split_once(':').filter(|(host, _)| host.contains('@')) {
        // Cargo does not support the short form of SSH addresses.
        format!("ssh://{host}/{path}")
    } else {
        format!("file://{}", std::path::absolute(address).ok()?.display())
    };
    Some(ApiSource::Git { url, tag: tag.filter(|tag| !tag.is_empty()).map(str::to_owned) })
}

fn is_version(written: &str) -> bool {
    let number = written.trim_start_matches(['^', '~', '=']);
    number.starts_with(|first: char| first.is_ascii_digit())
        && number.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '*'))
}

/// Returns a TOML string. JSON has the same escapes as a basic string of TOML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_addresses_are_distinguished() {
        let lines =
            |written: &str| ApiSource::choose(Some(written), None).and_then(|api| api.dependencies()).unwrap().api;
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
        assert!(ApiSource::choose(Some("./no/such"), None).unwrap_err().contains("./no/such"));
    }

    #[test]
    fn the_default_is_the_installed_crate_or_the_release() {
        let version = env!("CARGO_PKG_VERSION");
        assert_eq!(
            ApiSource::choose(None, Some(Path::new("/no/rowsmith"))),
            Ok(ApiSource::Released(version.to_owned()))
        );
        let checkout = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let api = ApiSource::choose(None, Some(&checkout.join("target/debug/rowsmith"))).unwrap();
        let path = checkout.join("plugin-api").canonicalize().unwrap();
        assert_eq!(api, ApiSource::Folder { path: path.clone(), installed: true });
        assert_eq!(api.to_string(), format!("{} (installed with this program)", path.display()));
        let given = ApiSource::choose(Some(&checkout.display().to_string()), None).unwrap();
        assert_eq!(given, ApiSource::Folder { path, installed: false });
    }
}
