//! The plugin's table in the config.

use rowsmith_plugin_api::prelude::*;

/// Settings of the JSON scraper. The first character of the file decides between JSON Lines and an array.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// Path of the file, relative to the working directory; `-` is the standard input.
    pub(crate) path: String,
    /// JSON Pointer (RFC 6901) to the array of rows in a JSON document, for example `/data/items`. Such a file is read
    /// into memory; the maximum is 256 MiB.
    pub(crate) pointer: Option<String>,
    /// Lines or elements that are not JSON objects: `error`, or `skip` (with a warning).
    #[config(default = "error")]
    pub(crate) on_invalid: OnInvalid,
    /// Maximum size of a row, in MiB.
    #[config(default = 64, min = 1, max = 2048)]
    pub(crate) max_row_mib: u32,
}

/// Treatment of values that are not objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OnInvalid {
    Error,
    Skip,
}

impl Config {
    /// Checks the values; the host checks only the schema.
    pub(crate) fn check(&self) -> Result<()> {
        if self.path.trim().is_empty() {
            return Err(
                Error::config("path", "`path` is empty").hint("set it to a file, or to `-` for the standard input")
            );
        }
        if !(1..=2048).contains(&self.max_row_mib) {
            let message = format!("`max_row_mib` is {}, expected 1 to 2048", self.max_row_mib);
            return Err(Error::config("max_row_mib", message));
        }
        match self.pointer.as_deref() {
            Some(pointer) if !pointer.is_empty() && !pointer.starts_with('/') => {
                let error =
                    Error::config("pointer", format!("invalid JSON Pointer `{pointer}`: it must begin with `/`"));
                Err(error.hint(format!(
                    "use `/{}`",
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
