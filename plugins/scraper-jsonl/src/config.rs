//! The `[scraper.config]` table of this plugin.

use rowsmith_plugin_api::prelude::*;

/// How the JSON file is read. Whether it has one object a line or is one array is seen from its first character.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The file, relative to the working directory; `-` is the standard input.
    pub(crate) path: String,
    /// For a file that is one JSON document: the JSON Pointer (RFC 6901) to the array with the rows, for example
    /// `/data/items`. Such a file is read into memory and may have up to 256 MiB.
    pub(crate) pointer: Option<String>,
    /// What happens with a line or element that is no JSON object: `error`, or `skip` (with a warning).
    #[serde(default)]
    #[config(default = "\"error\"")]
    pub(crate) on_invalid: OnInvalid,
    /// How large one row may be, in MiB.
    #[serde(default = "max_row_mib")]
    #[config(default = "64", min = 1, max = 2048)]
    pub(crate) max_row_mib: u32,
}

/// What happens with something that is no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnInvalid {
    #[default]
    Error,
    Skip,
}

fn max_row_mib() -> u32 {
    64
}

impl Config {
    /// Refuses what cannot work.
    pub(crate) fn check(&self) -> Result<()> {
        if self.path.trim().is_empty() {
            return Err(Error::config("path", "`path` is empty").hint("name a file, or `-` for the standard input"));
        }
        if !(1..=2048).contains(&self.max_row_mib) {
            return Err(Error::config("max_row_mib", "`max_row_mib` is not between 1 and 2048"));
        }
        match self.pointer.as_deref() {
            Some(pointer) if !pointer.is_empty() && !pointer.starts_with('/') => {
                let error =
                    Error::config("pointer", format!("`{pointer}` is not a JSON Pointer: it must begin with `/`"));
                Err(error.hint(format!(
                    "write `/{}`",
                    pointer.trim_start_matches('$').replace('.', "/").trim_start_matches('/')
                )))
            }
            _ => Ok(()),
        }
    }

    pub(crate) fn max_row_bytes(&self) -> usize {
        usize::try_from(u64::from(self.max_row_mib) << 20).unwrap_or(usize::MAX)
    }
}
