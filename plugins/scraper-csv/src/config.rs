//! The `[scraper.config]` table of this plugin.

use rowsmith_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// How the CSV file is read.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The file, relative to the working directory; `-` is the standard input.
    pub(crate) path: String,
    /// The character between two cells: one ASCII character, for example `;` or a tab.
    #[serde(default = "comma")]
    #[config(default = "\",\"")]
    pub(crate) delimiter: String,
    /// Whether the first row names the columns. Without names they are `column_1`, `column_2`, ….
    #[serde(default = "yes")]
    #[config(default = "true")]
    pub(crate) has_header: bool,
    /// Only these columns, in this order, by their names in the file. Without it: all.
    pub(crate) columns: Option<Vec<String>>,
    /// New names for columns: `{ "name in the file" = "name of the column" }`.
    #[serde(default)]
    pub(crate) rename: BTreeMap<String, String>,
    /// Whether white space around names and cells is removed.
    #[serde(default)]
    #[config(default = "false")]
    pub(crate) trim: bool,
    /// Whether an empty cell is null instead of an empty text.
    #[serde(default)]
    #[config(default = "false")]
    pub(crate) empty_as_null: bool,
    /// How the bytes are read: `utf-8`; `utf-8-lossy` (what is not UTF-8 becomes �); `latin1` (as browsers read it:
    /// Windows-1252); `utf-16` (by its byte order mark).
    #[serde(default)]
    #[config(default = "\"utf-8\"")]
    pub(crate) encoding: Encoding,
    /// What happens with a row that has more or fewer cells than the first: `error`, or `pad` (missing cells are
    /// empty; more cells are still an error, unless they are empty).
    #[serde(default)]
    #[config(default = "\"error\"")]
    pub(crate) ragged: Ragged,
    /// How large one row may be, in MiB. A quote that is never closed makes a row of the rest of the file.
    #[serde(default = "max_row_mib")]
    #[config(default = "64", min = 1, max = 2048)]
    pub(crate) max_row_mib: u32,
}

/// How bytes become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
pub(crate) enum Encoding {
    #[default]
    #[serde(rename = "utf-8")]
    Utf8,
    #[serde(rename = "utf-8-lossy")]
    Utf8Lossy,
    #[serde(rename = "latin1")]
    Latin1,
    #[serde(rename = "utf-16")]
    Utf16,
}

/// What happens with a row of another length than the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, ConfigSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Ragged {
    #[default]
    Error,
    Pad,
}

fn comma() -> String {
    ",".to_owned()
}

fn yes() -> bool {
    true
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
        if self.columns.as_ref().is_some_and(Vec::is_empty) {
            let error = Error::config("columns", "`columns` is an empty list");
            return Err(error.hint("leave it out to read all columns"));
        }
        if !(1..=2048).contains(&self.max_row_mib) {
            return Err(Error::config("max_row_mib", "`max_row_mib` is not between 1 and 2048"));
        }
        self.delimiter().map(drop)
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
