//! The plugin's table in the config.

use crate::encoding::FileEncoding;
use rowsmith_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// Settings of the CSV scraper.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// Path of the file, relative to the working directory; `-` is the standard input.
    pub(crate) path: String,
    /// Character between two cells: one ASCII character, for example `;` or a tab.
    #[config(default = ",")]
    pub(crate) delimiter: String,
    /// The first row contains the column names. Otherwise columns are named `column_1`, `column_2`, ….
    #[config(default = true)]
    pub(crate) has_header: bool,
    /// Columns to read, in this order, by their names in the file. Default: all.
    pub(crate) columns: Option<Vec<String>>,
    /// New column names: `{ "name in the file" = "name of the column" }`.
    #[config(default)]
    pub(crate) rename: BTreeMap<String, String>,
    /// Remove white space around names and cells.
    #[config(default = false)]
    pub(crate) trim: bool,
    /// Read empty cells as null instead of an empty string.
    #[config(default = false)]
    pub(crate) empty_as_null: bool,
    /// Encoding of the file: `utf-8`; `utf-8-lossy` (invalid bytes become U+FFFD); `utf-16` (byte order by its byte order
    /// mark); or a WHATWG label such as `latin1` (Windows-1252), `shift_jis` or `gbk`.
    #[config(default = "utf-8")]
    pub(crate) encoding: String,
    /// Rows with more or fewer cells than the first row: `error`, or `pad` (missing cells are empty; surplus cells are
    /// an error unless they are empty).
    #[config(default = "error")]
    pub(crate) ragged: Ragged,
    /// Maximum size of a row, in MiB. A quote that is never closed extends a row to the end of the file.
    #[config(default = 64, min = 1, max = 2048)]
    pub(crate) max_row_mib: u32,
}

/// Treatment of rows whose length differs from the first row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ragged {
    Error,
    Pad,
}

impl Config {
    /// Checks the values; the host checks only the schema.
    pub(crate) fn check(&self) -> Result<()> {
        if self.path.trim().is_empty() {
            return Err(
                Error::config("path", "`path` is empty").hint("set it to a file, or to `-` for the standard input")
            );
        }
        if self.columns.as_ref().is_some_and(Vec::is_empty) {
            let error = Error::config("columns", "`columns` is an empty list");
            return Err(error.hint("remove it to read all columns"));
        }
        if !(1..=2048).contains(&self.max_row_mib) {
            let message = format!("`max_row_mib` is {}, expected 1 to 2048", self.max_row_mib);
            return Err(Error::config("max_row_mib", message));
        }
        self.encoding()?;
        self.delimiter().map(drop)
    }

    pub(crate) fn encoding(&self) -> Result<FileEncoding> {
        FileEncoding::named(&self.encoding)
    }

    pub(crate) fn delimiter(&self) -> Result<u8> {
        match self.delimiter.as_bytes() {
            b"\\t" => Ok(b'\t'),
            [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n' | 0) => Ok(*byte),
            _ => Err(Error::config("delimiter", format!("invalid delimiter `{}`", self.delimiter.escape_debug()))
                .hint("use one ASCII character other than a quote or a line end, for example `,` or `;`")),
        }
    }
}
