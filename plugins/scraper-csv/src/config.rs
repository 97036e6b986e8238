//! The plugin's table in the config.

use crate::dialect::Dialect;
use crate::encoding::FileEncoding;
use rowsmith_plugin_api::prelude::*;
use std::collections::BTreeMap;

/// Settings of the CSV scraper.
#[derive(Debug, PluginConfig)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting of its own")]
pub struct Config {
    /// Path of the file, relative to the working directory; `-` is the standard input.
    pub(crate) path: String,
    /// Character between two cells: one ASCII character, for example `;` or a tab. Default: that of a `sep=` line at the
    /// start of the file, else `,`.
    pub(crate) delimiter: Option<String>,
    /// Character around cells that contain delimiters or line ends: one ASCII character, for example `'`. A doubled one
    /// inside such a cell is one character.
    #[config(default = "\"")]
    pub(crate) quote: String,
    /// With `false`, quotes are characters like any other.
    #[config(default = true)]
    pub(crate) quoting: bool,
    /// Character that removes the meaning of the next one, for example a backslash: `\"` is a quote. Before a letter or a
    /// digit it is kept. Default: none.
    pub(crate) escape: Option<String>,
    /// Number of lines to skip at the start of the file, for example a title.
    #[config(default = 0)]
    pub(crate) skip_lines: u32,
    /// The first row contains the column names. Otherwise columns are named `column_1`, `column_2`, ….
    #[config(default = true)]
    pub(crate) has_header: bool,
    /// Names of the columns of the file, in order, instead of those in the header. An empty name keeps that of the
    /// header, and a shorter list keeps the others.
    pub(crate) names: Option<Vec<String>>,
    /// Columns to read, in this order, by their names in the file. Default: all. A column without a name is `column_1`,
    /// `column_2`, ….
    pub(crate) columns: Option<Vec<String>>,
    /// New column names: `{ "name in the file" = "name of the column" }`.
    #[config(default)]
    pub(crate) rename: BTreeMap<String, String>,
    /// Remove white space around names and cells, also around quoted ones.
    #[config(default = false)]
    pub(crate) trim: bool,
    /// Read empty cells as null instead of an empty string.
    #[config(default = false)]
    pub(crate) empty_as_null: bool,
    /// Encoding of the file: `utf-8`; `utf-8-lossy` (invalid bytes become U+FFFD); `utf-16` (byte order by its byte order
    /// mark, else by its bytes); or a WHATWG label such as `latin1` (Windows-1252), `shift_jis` or `gbk`.
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
        self.dialect().map(drop)
    }

    pub(crate) fn encoding(&self) -> Result<FileEncoding> {
        FileEncoding::named(&self.encoding)
    }

    pub(crate) fn max_row_bytes(&self) -> usize {
        usize::try_from(u64::from(self.max_row_mib) << 20).unwrap_or(usize::MAX)
    }

    /// The dialect of the config; the file may name another delimiter if the config has none.
    pub(crate) fn dialect(&self) -> Result<Dialect> {
        let delimiter = self.delimiter.as_deref().map_or(Ok(b','), |text| character("delimiter", text))?;
        let quote = character("quote", &self.quote)?;
        let escape = self.escape.as_deref().map(|text| character("escape", text)).transpose()?;
        let quote = self.quoting.then_some(quote);
        if quote == Some(delimiter) {
            return Err(Error::config("quote", "`quote` and `delimiter` are the same character")
                .hint("set `quoting = false` if the file has no quoted cells"));
        }
        if escape == Some(delimiter) {
            return Err(Error::config("escape", "`escape` and `delimiter` are the same character"));
        }
        // A doubled quote needs no option.
        let escape = escape.filter(|escape| quote != Some(*escape));
        Ok(Dialect { delimiter, quote, escape, trim: self.trim })
    }
}

/// Reads an option of one character.
fn character(key: &str, text: &str) -> Result<u8> {
    match text.as_bytes() {
        b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'\r' | b'\n' | 0) && !(key == "delimiter" && *byte == b'"') => {
            Ok(*byte)
        }
        _ => Err(Error::config(key, format!("invalid `{key}`: `{}`", text.escape_debug())).hint(
            "use one ASCII character other than a line end, for example `;` as the delimiter or `'` as the quote",
        )),
    }
}
