//! The `[exporters.config]` table of this plugin.

use rowsmith_plugin_api::output::{IfExists, OutputOptions};
use rowsmith_plugin_api::prelude::*;

/// How the CSV file is written.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The file, relative to the working directory; `-` is the standard output. Its folder is made when it is missing.
    pub(crate) path: String,
    /// Exactly these columns, in this order. Without it: all columns, in the order in which they appear.
    pub(crate) columns: Option<Vec<String>>,
    /// What happens when the file exists: `replace` (once the new one is complete) or `fail`.
    #[serde(default)]
    #[config(default = "\"replace\"")]
    pub(crate) if_exists: IfExists,
    /// The character between two cells: one ASCII character, for example `;` or a tab.
    #[serde(default = "comma")]
    #[config(default = "\",\"")]
    pub(crate) delimiter: String,
    /// Whether lines end in CR LF instead of LF.
    #[serde(default)]
    #[config(default = "false")]
    pub(crate) crlf: bool,
    /// Whether the file begins with a byte order mark; older versions of Excel need it to read UTF-8.
    #[serde(default)]
    #[config(default = "false")]
    pub(crate) bom: bool,
    /// Whether text that begins with `=`, `+`, `-`, `@`, tab, CR, LF or NUL gets a `'` in front, so that no
    /// spreadsheet runs it as a formula. Numbers stay as they are.
    #[serde(default = "yes")]
    #[config(default = "true")]
    pub(crate) formula_guard: bool,
}

fn comma() -> String {
    ",".to_owned()
}

fn yes() -> bool {
    true
}

impl Config {
    pub(crate) fn output(&self) -> OutputOptions {
        OutputOptions { path: self.path.clone(), columns: self.columns.clone(), if_exists: self.if_exists }
    }

    pub(crate) fn delimiter(&self) -> Result<u8> {
        match self.delimiter.as_bytes() {
            b"\\t" => Ok(b'\t'),
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n' | 0) => Ok(*byte),
            _ => Err(Error::config("delimiter", format!("`{}` cannot separate cells", self.delimiter.escape_debug()))
                .hint("use one ASCII character that is no quote and no line end, for example `,` or `;`")),
        }
    }
}
