//! The manifest of a plugin: text in a link section of its file.
//!
//! A host reads it without running any code of the plugin. It consists of lines `key: value` between two markers.

use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// The first line of a manifest, with the version of the format.
pub const MANIFEST_BEGIN: &str = "rowsmith-manifest 1\n";
/// The last line of a manifest.
pub const MANIFEST_END: &str = "rowsmith-manifest-end\n";
/// The name of the section in object files.
pub const MANIFEST_SECTION: &str = if cfg!(target_vendor = "apple") { "__rowsmith" } else { ".rowsmith" };

/// The kind of a plugin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PluginKind {
    /// Provides rows.
    Scraper,
    /// Stores answers.
    Cache,
    /// Answers questions about rows.
    Provider,
    /// Writes the finished rows.
    Exporter,
}

impl PluginKind {
    /// All kinds, in the order of a run.
    pub const ALL: [Self; 4] = [Self::Scraper, Self::Cache, Self::Provider, Self::Exporter];

    /// Returns the kind's name in configs and file names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scraper => "scraper",
            Self::Cache => "cache",
            Self::Provider => "provider",
            Self::Exporter => "exporter",
        }
    }

    /// Returns the kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl std::fmt::Display for PluginKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// An optional feature of a kind. Manifests hold names, so that older and newer plugins may have others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Capability {
    /// A scraper lists the items that can be scraped.
    List,
    /// A provider checks key and model without spending tokens.
    Verify,
    /// A provider asks the service for the tokens of a question.
    CountTokens,
    /// A provider asks the service for the limits and prices of its model.
    ModelInfo,
    /// A cache shares quotas and leases between processes.
    Coordination,
    /// A cache stores entries that expire.
    Expiry,
    /// A cache applies several changes at once.
    Transactions,
    /// An exporter appends rows to an existing output.
    Append,
    /// A plugin of any kind sends the lines of its programs to the host, which records and replays them.
    Record,
}

impl Capability {
    /// Returns the capabilities of a kind.
    pub const fn of_kind(kind: PluginKind) -> &'static [Self] {
        match kind {
            PluginKind::Scraper => &[Self::List, Self::Record],
            PluginKind::Provider => &[Self::Verify, Self::CountTokens, Self::ModelInfo, Self::Record],
            PluginKind::Cache => &[Self::Coordination, Self::Expiry, Self::Transactions, Self::Record],
            PluginKind::Exporter => &[Self::Append, Self::Record],
        }
    }

    /// Returns the name in manifests.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Verify => "verify",
            Self::CountTokens => "count_tokens",
            Self::ModelInfo => "model_info",
            Self::Coordination => "coordination",
            Self::Expiry => "expiry",
            Self::Transactions => "transactions",
            Self::Append => "append",
            Self::Record => "record",
        }
    }

    /// Returns whether a list of names has the capability.
    pub fn is_in(self, names: &[String]) -> bool {
        names.iter().any(|name| name == self.as_str())
    }
}

impl std::fmt::Display for Capability {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The manifest of a plugin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// Name of the plugin in configs.
    pub name: String,
    /// Kind of the plugin.
    pub kind: PluginKind,
    /// Version of the plugin.
    pub version: String,
    /// One-line summary.
    pub about: String,
    /// Major version of the binary interface.
    pub abi: u32,
    /// Version of `rowsmith-plugin-api` that the plugin was built with.
    pub api_version: String,
    /// Names of the optional features of its kind that it implements; see [`Capability`].
    pub capabilities: Vec<String>,
    /// Extensions of the files that an exporter writes, in lower case and without the dot.
    #[serde(default)]
    pub extensions: Vec<String>,
    /// Symbol of its header.
    pub entry: String,
    /// JSON Schema of its config.
    pub config_schema: serde_json::Value,
}

impl Manifest {
    /// Finds and parses a manifest in the bytes of a section.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidData`] that names the missing or invalid entry.
    pub fn parse(section: &[u8]) -> Result<Self> {
        let text = find_text(section)?;
        let printable = |text: &str| text.chars().filter(|c| !c.is_control()).collect::<String>();
        let field = |name: &str| {
            text.lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
                .ok_or_else(|| invalid(format!("entry `{name}` is missing")))
        };
        let kind = field("kind")?;
        Ok(Self {
            name: printable(field("name")?),
            kind: PluginKind::from_name(kind).ok_or_else(|| invalid(format!("unknown kind `{kind}`")))?,
            version: printable(field("version")?),
            about: printable(field("about").unwrap_or_default()),
            abi: field("abi")?.parse().map_err(|_| invalid("entry `abi` is not a number"))?,
            api_version: field("api-version")?.to_owned(),
            capabilities: words(field("capabilities").unwrap_or_default()),
            extensions: words(field("extensions").unwrap_or_default()),
            entry: field("entry")?.to_owned(),
            config_schema: serde_json::from_str(field("config-schema")?)
                .map_err(|e| invalid(format!("entry `config-schema` is not JSON: {e}")))?,
        })
    }

    /// Returns whether the plugin declares a capability.
    pub fn can(&self, capability: Capability) -> bool {
        capability.is_in(&self.capabilities)
    }
}

/// Returns the words of a list such as `list,verify,`.
fn words(list: &str) -> Vec<String> {
    list.split(',').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn find_text(section: &[u8]) -> Result<&str> {
    let begin = find(section, MANIFEST_BEGIN.as_bytes()).ok_or_else(|| invalid("no start marker"))?;
    let rest = &section[begin..];
    let end = find(rest, MANIFEST_END.as_bytes()).ok_or_else(|| invalid("no end marker"))?;
    std::str::from_utf8(&rest[..end]).map_err(|_| invalid("the text is not UTF-8"))
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

fn invalid(reason: impl AsRef<str>) -> Error {
    Error::new(ErrorKind::InvalidData, format!("invalid plugin manifest: {}", reason.as_ref()))
}

/// Returns whether text is one line, as every value of a manifest must be.
pub const fn is_one_line(text: &str) -> bool {
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] < b' ' {
            return false;
        }
        at += 1;
    }
    true
}

/// Returns the length of the concatenated texts.
pub const fn concat_len(parts: &[&str]) -> usize {
    let mut total = 0;
    let mut at = 0;
    while at < parts.len() {
        total += parts[at].len();
        at += 1;
    }
    total
}

/// Concatenates texts at compile time. `N` is their [`concat_len`].
pub const fn concat<const N: usize>(parts: &[&str]) -> [u8; N] {
    let mut out = [0; N];
    let mut filled = 0;
    let mut at = 0;
    while at < parts.len() {
        let bytes = parts[at].as_bytes();
        let mut byte = 0;
        while byte < bytes.len() {
            out[filled] = bytes[byte];
            filled += 1;
            byte += 1;
        }
        at += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: &[&str] = &[
        MANIFEST_BEGIN,
        "name: pages\nkind: scraper\nversion: 1.2.3\n",
        "about: Rows of pages\nabi: 1\napi-version: 0.1.0\ncapabilities: list,verify-all\nentry: sym\nconfig-schema: {\"type\":\"object\"}\n",
        MANIFEST_END,
    ];

    #[test]
    fn a_manifest_round_trips() {
        let mut section = b"\0\0junk".to_vec();
        section.extend(PARTS.concat().bytes());
        section.extend(b"\0\0");
        let manifest = Manifest::parse(&section).unwrap();
        assert_eq!((manifest.name.as_str(), manifest.kind), ("pages", PluginKind::Scraper));
        assert!(manifest.can(Capability::List) && !manifest.can(Capability::Verify));
        assert_eq!(manifest.config_schema["type"], "object");
        // Plugins built before version 0.3 have no such entry.
        assert!(manifest.extensions.is_empty());
        let text = PARTS.concat().replace("entry: sym", "extensions: md,markdown,\nentry: sym");
        assert_eq!(Manifest::parse(text.as_bytes()).unwrap().extensions, ["md", "markdown"]);
    }

    #[test]
    fn a_missing_entry_is_named() {
        let text = PARTS.concat().replace("entry: sym\n", "");
        let error = Manifest::parse(text.as_bytes()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::InvalidData);
        assert!(error.message.contains("`entry`"), "{error}");
        assert!(Manifest::parse(b"rowsmith-manifest 1\nname: x").is_err());
    }
}
