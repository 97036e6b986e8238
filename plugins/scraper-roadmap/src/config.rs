//! The plugin's table in the config, and what is checked before anything is read.

use rowsmith_plugin_api::prelude::*;
use std::path::{Path, PathBuf};

/// Where the files of the public repository are.
const GITHUB_FILES: &str = "https://raw.githubusercontent.com/kamranahmedse/developer-roadmap/master";
/// Where GitHub lists the folders of that repository.
const GITHUB_LISTINGS: &str = "https://api.github.com/repos/kamranahmedse/developer-roadmap/contents";
/// The site itself.
const SITE: &str = "https://roadmap.sh";
/// Most texts in flight; a public service deserves no more.
const MAX_CONCURRENCY: usize = 64;

/// Settings of the roadmap scraper.
#[derive(Debug, Clone, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The roadmap's name, as in its address on roadmap.sh, for example "engineering-manager". `rowsmith list` names
    /// all that there are.
    pub roadmap: String,
    /// Where to read it: "github" is the public repository, "api" is roadmap.sh itself (newer roadmaps exist only
    /// there), "directory" is a local copy of the repository's folder.
    #[serde(default)]
    #[config(default = r#""github""#)]
    pub source: SourceKind,
    /// For `source = "directory"`: the folder that holds the roadmap's folder, or the roadmap's own folder, the one
    /// with `<roadmap>.json` and `content/` in it.
    #[serde(default)]
    pub path: Option<PathBuf>,
    /// Where files are fetched from; a mirror or a test server can stand in. By default the raw files of
    /// kamranahmedse/developer-roadmap for "github" and <https://roadmap.sh> for "api".
    #[serde(default)]
    #[config(format = "uri")]
    pub base_url: Option<String>,
    /// For `source = "github"`: where folders are listed, an address that answers as GitHub's contents API does. By
    /// default the one of kamranahmedse/developer-roadmap.
    #[serde(default)]
    #[config(format = "uri")]
    pub listing_url: Option<String>,
    /// For `source = "github"`: a token for `listing_url`. GitHub allows 60 requests an hour without one; a roadmap
    /// needs one request there.
    #[serde(default)]
    pub token: Option<Secret>,
    /// How many texts are fetched at the same time.
    #[serde(default = "default_concurrency")]
    #[config(default = "8", min = 1, max = 64)]
    pub concurrency: usize,
    /// Keep fetched files in the plugin's state folder, and ask only whether they have changed the next time.
    #[serde(default = "default_cache")]
    #[config(default = "true")]
    pub cache: bool,
    /// The types of nodes that become rows.
    #[serde(default = "default_node_types")]
    #[config(default = r#"["topic", "subtopic"]"#)]
    pub node_types: Vec<String>,
}

/// Where a roadmap is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
pub enum SourceKind {
    /// The raw files of the public repository on GitHub.
    #[default]
    #[serde(rename = "github")]
    GitHub,
    /// The API of roadmap.sh.
    #[serde(rename = "api")]
    Api,
    /// A folder on this machine.
    #[serde(rename = "directory")]
    Directory,
}

fn default_concurrency() -> usize {
    8
}

fn default_cache() -> bool {
    true
}

fn default_node_types() -> Vec<String> {
    vec!["topic".to_owned(), "subtopic".to_owned()]
}

impl Config {
    /// Checks what the schema cannot say.
    pub(crate) fn check(&self) -> Result<()> {
        check_slug(&self.roadmap)?;
        if !(1..=MAX_CONCURRENCY).contains(&self.concurrency) {
            return Err(Error::config("concurrency", format!("`concurrency` must be 1 to {MAX_CONCURRENCY}")));
        }
        if self.node_types.is_empty() {
            return Err(Error::config("node_types", "`node_types` names no type, so there would be no rows")
                .hint(r#"leave it out for ["topic", "subtopic"]"#));
        }
        self.check_belonging()
    }

    /// A key that the chosen source would ignore is a misunderstanding, so it is reported.
    fn check_belonging(&self) -> Result<()> {
        let is = |kind| self.source == kind;
        let given = [
            ("path", self.path.is_some(), is(SourceKind::Directory), r#"source = "directory""#),
            ("base_url", self.base_url.is_some(), !is(SourceKind::Directory), r#"source = "github" or "api""#),
            ("listing_url", self.listing_url.is_some(), is(SourceKind::GitHub), r#"source = "github""#),
            ("token", self.token.is_some(), is(SourceKind::GitHub), r#"source = "github""#),
        ];
        match given.into_iter().find(|(_, given, fits, _)| *given && !*fits) {
            Some((key, _, _, place)) => Err(Error::config(key, format!("`{key}` means something only with {place}"))),
            None => Ok(()),
        }
    }

    /// The base address of files, without a slash at its end.
    pub(crate) fn base_url(&self) -> Result<String> {
        let default = if self.source == SourceKind::Api { SITE } else { GITHUB_FILES };
        address("base_url", self.base_url.as_deref().unwrap_or(default))
    }

    /// The base address of listings, without a slash at its end.
    pub(crate) fn listing_url(&self) -> Result<String> {
        address("listing_url", self.listing_url.as_deref().unwrap_or(GITHUB_LISTINGS))
    }

    /// The folder of `source = "directory"`.
    pub(crate) fn folder(&self) -> Result<&Path> {
        self.path.as_deref().ok_or_else(|| {
            Error::config("path", r#"source = "directory" needs `path`, the folder to read"#)
                .hint("name the folder that holds the roadmap's folder, or the roadmap's own folder")
        })
    }
}

/// The name becomes a part of paths and addresses, so nothing may be in it that leads elsewhere.
fn check_slug(slug: &str) -> Result<()> {
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !slug.is_empty() && slug.chars().all(fits) {
        return Ok(());
    }
    Err(Error::config("roadmap", format!("`{slug}` is not the name of a roadmap: letters, digits and `-` only"))
        .hint("take it from the roadmap's address: https://roadmap.sh/engineering-manager is \"engineering-manager\""))
}

fn address(key: &str, url: &str) -> Result<String> {
    let url = url.trim().trim_end_matches('/');
    if url.starts_with("http://") || url.starts_with("https://") {
        Ok(url.to_owned())
    } else {
        Err(Error::config(key, format!("`{url}` is not an http or https address")))
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
    fn the_schema_states_the_defaults_that_serde_uses() {
        let schema = rowsmith_plugin_api::schema::to_value(&Config::SCHEMA);
        let default = |key: &str| schema["properties"][key]["default"].clone();
        assert_eq!(default("source"), json!("github"));
        assert_eq!(default("concurrency"), json!(default_concurrency()));
        assert_eq!(default("cache"), json!(default_cache()));
        assert_eq!(default("node_types"), json!(default_node_types()));
    }

    #[test]
    fn mistakes_name_their_key() {
        let cases = [
            ("a slash", "roadmap", json!({"roadmap": "a/b"})),
            ("dots", "roadmap", json!({"roadmap": ".."})),
            ("empty", "roadmap", json!({"roadmap": ""})),
            ("a query", "roadmap", json!({"roadmap": "a?b"})),
            ("no concurrency", "concurrency", json!({"roadmap": "a", "concurrency": 0})),
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
