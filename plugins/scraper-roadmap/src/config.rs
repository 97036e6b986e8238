//! The plugin's table in the config.

use rowsmith_plugin_api::prelude::*;
use std::path::{Path, PathBuf};

/// Base address of the public repository's raw files.
const GITHUB_FILES: &str = "https://raw.githubusercontent.com/kamranahmedse/developer-roadmap/master";
/// Base address of the public repository's folder listings.
const GITHUB_LISTINGS: &str = "https://api.github.com/repos/kamranahmedse/developer-roadmap/contents";
/// Base address of the site.
const SITE: &str = "https://roadmap.sh";
/// Maximum texts in flight. The sources are public services.
const MAX_CONCURRENCY: usize = 64;

/// Settings of the roadmap scraper.
#[derive(Debug, Clone, PluginConfig)]
pub struct Config {
    /// Name of the roadmap, as in its address on roadmap.sh, for example "engineering-manager". `rowsmith list` prints
    /// all names.
    pub roadmap: String,
    /// Source of the roadmap: "github" is the public repository, "api" is roadmap.sh itself (newer roadmaps exist only
    /// there), "directory" is a local copy of the repository's folder.
    #[config(default = "github")]
    pub source: SourceKind,
    /// Folder for `source = "directory"`: the roadmap's own folder, which has `<roadmap>.json` and `content/`, or the
    /// folder above it.
    pub path: Option<PathBuf>,
    /// Base address of the files, for a mirror or a test server. Default: the raw files of
    /// kamranahmedse/developer-roadmap for "github", <https://roadmap.sh> for "api".
    #[config(format = "uri")]
    pub base_url: Option<String>,
    /// Base address of folder listings for `source = "github"`, compatible with GitHub's contents API. Default: the
    /// listings of kamranahmedse/developer-roadmap.
    #[config(format = "uri")]
    pub listing_url: Option<String>,
    /// Token for `listing_url`, for `source = "github"`. GitHub allows 60 requests per hour without one; a roadmap needs
    /// one request.
    pub token: Option<Secret>,
    /// Maximum texts that are fetched at the same time.
    #[config(default = 8, min = 1, max = 64)]
    pub concurrency: usize,
    /// Store fetched files in the plugin's state folder and fetch only changed files in the next run.
    #[config(default = true)]
    pub cache: bool,
    /// Types of nodes that become rows.
    #[config(default = ["topic", "subtopic"])]
    pub node_types: Vec<String>,
}

/// Source of a roadmap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ConfigSchema)]
pub enum SourceKind {
    /// The raw files of the public repository on GitHub.
    #[serde(rename = "github")]
    GitHub,
    /// The API of roadmap.sh.
    #[serde(rename = "api")]
    Api,
    /// A local folder.
    #[serde(rename = "directory")]
    Directory,
}

impl Config {
    /// Checks the values; the host checks only the schema.
    pub(crate) fn check(&self) -> Result<()> {
        check_slug(&self.roadmap)?;
        if !(1..=MAX_CONCURRENCY).contains(&self.concurrency) {
            return Err(Error::config(
                "concurrency",
                format!("`concurrency` is {}, expected 1 to {MAX_CONCURRENCY}", self.concurrency),
            ));
        }
        if self.node_types.is_empty() {
            return Err(Error::config("node_types", "`node_types` is an empty list")
                .hint(r#"remove it for the default, ["topic", "subtopic"]"#));
        }
        self.check_source_keys()
    }

    /// Rejects keys that the source does not use.
    fn check_source_keys(&self) -> Result<()> {
        let is = |kind| self.source == kind;
        let given = [
            ("path", self.path.is_some(), is(SourceKind::Directory), r#"source = "directory""#),
            ("base_url", self.base_url.is_some(), !is(SourceKind::Directory), r#"source = "github" or "api""#),
            ("listing_url", self.listing_url.is_some(), is(SourceKind::GitHub), r#"source = "github""#),
            ("token", self.token.is_some(), is(SourceKind::GitHub), r#"source = "github""#),
        ];
        match given.into_iter().find(|(_, is_set, is_used, _)| *is_set && !*is_used) {
            Some((key, _, _, source)) => Err(Error::config(key, format!("`{key}` is only valid with {source}"))
                .hint(format!("remove `{key}`, or set `source`"))),
            None => Ok(()),
        }
    }

    /// Base address of files, without a trailing slash.
    pub(crate) fn base_url(&self) -> Result<String> {
        let default = if self.source == SourceKind::Api { SITE } else { GITHUB_FILES };
        address("base_url", self.base_url.as_deref().unwrap_or(default))
    }

    /// Base address of listings, without a trailing slash.
    pub(crate) fn listing_url(&self) -> Result<String> {
        address("listing_url", self.listing_url.as_deref().unwrap_or(GITHUB_LISTINGS))
    }

    /// Folder of `source = "directory"`.
    pub(crate) fn folder(&self) -> Result<&Path> {
        self.path.as_deref().ok_or_else(|| {
            Error::config("path", r#"missing key `path`: `source = "directory"` reads a folder"#)
                .hint("set `path` to the roadmap's folder or to the folder above it")
        })
    }
}

/// Checks the name of the roadmap, which becomes a segment of paths and addresses.
fn check_slug(slug: &str) -> Result<()> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !slug.is_empty() && slug.chars().all(is_allowed) {
        return Ok(());
    }
    Err(Error::config("roadmap", format!("invalid roadmap name `{slug}`: expected letters, digits, `-` and `_`")).hint(
        "use the last part of its address, for example `engineering-manager` of https://roadmap.sh/engineering-manager",
    ))
}

fn address(key: &str, url: &str) -> Result<String> {
    let url = url.trim().trim_end_matches('/');
    if url.starts_with("http://") || url.starts_with("https://") {
        Ok(url.to_owned())
    } else {
        Err(Error::config(key, format!("expected an http or https address, found `{url}`")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(value: Value) -> Config {
        serde_json::from_value(value).expect("the shape is right")
    }

    #[test]
    fn defaults_read_the_public_repository() {
        let config = config(json!({"roadmap": "engineering-manager"}));
        config.check().expect("valid");
        assert_eq!(config.source, SourceKind::GitHub);
        assert_eq!(config.base_url().expect("valid"), GITHUB_FILES);
        assert_eq!(config.listing_url().expect("valid"), GITHUB_LISTINGS);
        assert_eq!((config.concurrency, config.cache), (8, true));
        assert_eq!(config.node_types, ["topic", "subtopic"]);
    }

    #[test]
    fn errors_name_the_key() {
        let cases = [
            ("a slash", "roadmap", json!({"roadmap": "a/b"})),
            ("dots", "roadmap", json!({"roadmap": ".."})),
            ("empty", "roadmap", json!({"roadmap": ""})),
            ("a query", "roadmap", json!({"roadmap": "a?b"})),
            ("no types", "node_types", json!({"roadmap": "a", "node_types": []})),
            ("path for github", "path", json!({"roadmap": "a", "path": "x"})),
            (
                "address for a folder",
                "base_url",
                json!({"roadmap": "a", "source": "directory", "base_url": "http://x"}),
            ),
            ("token for the site", "token", json!({"roadmap": "a", "source": "api", "token": "t"})),
        ];
        for (name, key, value) in cases {
            let error = config(value).check().expect_err(name);
            assert_eq!((error.kind, error.context("config_key")), (ErrorKind::Config, Some(key)), "{name}");
        }
    }

    #[test]
    fn addresses_are_checked_and_trimmed() {
        let trimmed = config(json!({"roadmap": "a", "base_url": "http://localhost:1/x/"})).base_url();
        assert_eq!(trimmed.expect("valid"), "http://localhost:1/x");
        let error = config(json!({"roadmap": "a", "listing_url": "ftp://x"})).listing_url().expect_err("not http");
        assert_eq!(error.context("config_key"), Some("listing_url"));
        let error = config(json!({"roadmap": "a", "source": "directory"})).folder().map(drop).expect_err("no path");
        assert_eq!(error.context("config_key"), Some("path"));
    }
}
