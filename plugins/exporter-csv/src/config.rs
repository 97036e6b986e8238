//! The `[exporters.config]` table of this plugin.

use rowsmith_plugin_api::output::OutputOptions;
use rowsmith_plugin_api::prelude::*;

/// Settings of the CSV file.
#[derive(Debug, PluginConfig)]
pub struct Config {
    #[config(flatten)]
    pub(crate) output: OutputOptions,
    /// Character between two cells: one ASCII character, for example `;` or a tab.
    #[config(default = ",")]
    delimiter: String,
    /// End lines with CR LF instead of LF.
    #[config(default = false)]
    pub(crate) crlf: bool,
    /// Begin the file with a byte order mark, which older versions of Excel need to read UTF-8.
    #[config(default = false)]
    pub(crate) bom: bool,
    /// Put a `'` in front of text that begins with `=`, `+`, `-`, `@`, tab, CR, LF or NUL, also after white space, so that no
    /// spreadsheet runs it as a formula. Numbers stay unchanged.
    #[config(default = true)]
    pub(crate) formula_guard: bool,
}

impl Config {
    pub(crate) fn delimiter(&self) -> Result<u8> {
        match self.delimiter.as_bytes() {
            b"\\t" => Ok(b'\t'),
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n' | 0) => Ok(*byte),
            _ => {
                let message = format!("invalid delimiter `{}`", self.delimiter.escape_debug());
                Err(Error::config("delimiter", message)
                    .hint("use one ASCII character other than a quote or a line end, for example `,` or `;`"))
            }
        }
    }
}
