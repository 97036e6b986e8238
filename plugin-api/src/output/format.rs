//! [`FileFormat`]: the part of a file exporter that differs between formats.

use super::append::EarlierRows;
use super::columns::Rows;
use super::file::OutputFile;
use super::options::OutputOptions;
use crate::error::{Error, Result};
use crate::row::Column;
use crate::schema::ConfigSchema;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::{self, BufRead, BufReader};

/// A file format: writes rows to an output, as text or as bytes.
///
/// `FileExporter<F>` is an [`Exporter`](crate::Exporter) for every format `F`:
///
/// ```
/// use rowsmith_plugin_api::output::{FileExporter, FileFormat, LateColumns, OutputFile, OutputOptions, Rows};
/// use rowsmith_plugin_api::prelude::*;
/// use std::io::Write;
///
/// /// Settings of the text file.
/// #[derive(PluginConfig)]
/// pub struct Config {
///     #[config(flatten)]
///     output: OutputOptions,
/// }
///
/// /// One line per cell.
/// pub struct Lines;
///
/// impl FileFormat for Lines {
///     type Config = Config;
///
///     fn new(config: Config) -> Result<(OutputOptions, Self)> {
///         Ok((config.output, Self))
///     }
///
///     fn late_columns(&self) -> LateColumns {
///         LateColumns::Accept
///     }
///
///     fn rows(&mut self, rows: &Rows<'_>, out: &mut OutputFile) -> Result<()> {
///         for row in 0..rows.len() {
///             for (column, cell) in rows.columns().iter().zip(rows.row(row)) {
///                 writeln!(out, "{column}: {}", cell.display())?;
///             }
///         }
///         Ok(())
///     }
/// }
///
/// export_plugin!(exporter: FileExporter<Lines>, name = "lines", about = "Writes one line per cell");
/// # fn main() {}
/// ```
///
/// The calls come in this order: [`describe_columns`](Self::describe_columns) if the host knows the columns,
/// [`inspect`](Self::inspect) and [`begin`](Self::begin) before the first rows, [`rows`](Self::rows) any number of times,
/// [`finish`](Self::finish) at the end, also when the run was stopped. An output without rows gets `begin` and `finish` only.
///
/// [`OutputFile`] implements [`Write`](std::io::Write) and [`Seek`](std::io::Seek). A writer of another library that owns its
/// target, as writers of Parquet and ZIP files do, gets [`OutputFile::writer`] in `begin` and is closed in `finish`:
///
/// ```
/// use rowsmith_plugin_api::output::{FileExporter, FileFormat, LateColumns, OutputFile, OutputOptions, OutputWriter, Rows};
/// use rowsmith_plugin_api::prelude::*;
/// use std::io::{BufWriter, Seek, SeekFrom, Write};
/// #
/// # /// The writer of another library: patches its head at the end, as writers of ZIP files do.
/// # struct TableWriter<W: Write + Seek>(W, u64);
/// #
/// # impl<W: Write + Seek> TableWriter<W> {
/// #     fn new(mut target: W, _schema: Vec<(String, &'static str)>) -> std::io::Result<Self> {
/// #         target.write_all(&[0; 8])?;
/// #         Ok(Self(target, 0))
/// #     }
/// #
/// #     fn append(&mut self, cells: Vec<Option<&str>>) -> std::io::Result<()> {
/// #         self.1 += 1;
/// #         writeln!(self.0, "{cells:?}")
/// #     }
/// #
/// #     fn close(mut self) -> std::io::Result<()> {
/// #         self.0.seek(SeekFrom::Start(0))?;
/// #         self.0.write_all(&self.1.to_le_bytes())?;
/// #         self.0.flush()
/// #     }
/// # }
///
/// /// Settings of the binary table.
/// #[derive(PluginConfig)]
/// pub struct Config {
///     #[config(flatten)]
///     output: OutputOptions,
/// }
///
/// #[derive(Default)]
/// pub struct Table {
///     types: Vec<Column>,
///     writer: Option<TableWriter<BufWriter<OutputWriter>>>,
/// }
///
/// impl FileFormat for Table {
///     type Config = Config;
///
///     fn new(config: Config) -> Result<(OutputOptions, Self)> {
///         Ok((config.output, Self::default()))
///     }
///
///     fn late_columns(&self) -> LateColumns {
///         LateColumns::Refuse
///     }
///
///     fn describe_columns(&mut self, columns: &[Column]) -> Result<()> {
///         self.types = columns.to_vec();
///         Ok(())
///     }
///
///     fn begin(&mut self, columns: &[String], out: &mut OutputFile) -> Result<()> {
///         let type_of = |name: &String| match self.types.iter().find(|column| column.name == *name)?.column_type? {
///             ColumnType::Integer => Some("INT64"),
///             ColumnType::Boolean => Some("BOOLEAN"),
///             _ => None,
///         };
///         // Older hosts describe no columns, and a source may not know its types.
///         let schema = columns.iter().map(|name| (name.clone(), type_of(name).unwrap_or("STRING"))).collect();
///         self.writer = Some(TableWriter::new(BufWriter::new(out.writer()?), schema)?);
///         Ok(())
///     }
///
///     fn rows(&mut self, rows: &Rows<'_>, _out: &mut OutputFile) -> Result<()> {
///         let Some(writer) = &mut self.writer else { return Ok(()) };
///         for row in 0..rows.len() {
///             writer.append(rows.row(row).map(|cell| (!cell.is_blank()).then(|| cell.display())).collect())?;
///         }
///         Ok(())
///     }
///
///     fn finish(&mut self, _out: &mut OutputFile) -> Result<()> {
///         Ok(self.writer.take().map_or(Ok(()), TableWriter::close)?)
///     }
/// }
///
/// export_plugin!(exporter: FileExporter<Table>, name = "table", about = "Writes a binary table");
/// # fn main() {}
/// ```
pub trait FileFormat: Send + Sized + 'static {
    /// The plugin's table in the config.
    type Config: DeserializeOwned + ConfigSchema;

    /// True if rows can be appended to an existing file: `if_exists = "append"`, with [`FileFormat::begin_append`]. The
    /// manifest of the plugin then declares the capability `append`.
    const APPENDS: bool = false;

    /// Creates the format, and returns the options of its output.
    ///
    /// # Errors
    /// [`crate::Error::config`] when the config cannot work.
    fn new(config: Self::Config) -> Result<(OutputOptions, Self)>;

    /// Returns how the format handles columns that no row had when the output began.
    fn late_columns(&self) -> LateColumns;

    /// Returns whether an existing file holds at least one row. The host keeps such a file when a run has no rows.
    ///
    /// The default returns true for every file that is not empty. An error counts as unknown.
    ///
    /// # Errors
    /// If the file cannot be read.
    fn has_rows(&self, existing: &mut File) -> io::Result<bool> {
        Ok(existing.metadata()?.len() > 0)
    }

    /// Receives the columns of the whole output with their types before the output begins, as far as they are known: the
    /// columns of the source, then those of the answers. With the option `columns`, exactly those, in that order.
    ///
    /// Rows may bring further columns, and values of other types than announced.
    ///
    /// # Errors
    /// If a column cannot be written in this format.
    fn describe_columns(&mut self, columns: &[Column]) -> Result<()> {
        let _ = columns;
        Ok(())
    }

    /// Inspects the first rows before the output begins, for example to measure widths or to find types.
    fn inspect(&mut self, first: &Rows<'_>) {
        let _ = first;
    }

    /// Writes the part before the rows.
    ///
    /// With [`LateColumns::Widen`] it is called again at the end if later rows brought columns, with all columns and the
    /// rewritten file.
    ///
    /// # Errors
    /// If the columns cannot be written in this format, or if writing fails.
    fn begin(&mut self, columns: &[String], out: &mut OutputFile) -> Result<()> {
        let _ = (columns, out);
        Ok(())
    }

    /// Continues an existing file, in place of [`begin`](Self::begin). The file is not empty.
    ///
    /// `existing` reads a copy of the file from its start; bytes for `out` are appended to that copy, for example a missing end
    /// of the last line. The style of the file, such as its line ends, takes precedence over the config. The earlier columns
    /// keep their order, and columns that they lack are late columns.
    ///
    /// # Errors
    /// If the file is in another format or damaged. The error needs no path.
    fn begin_append(&mut self, existing: &mut BufReader<File>, out: &mut OutputFile) -> Result<EarlierRows> {
        let _ = (existing, out);
        Err(Error::unsupported("begin_append"))
    }

    /// Writes some rows.
    ///
    /// # Errors
    /// If a row cannot be written in this format, or if writing fails.
    fn rows(&mut self, rows: &Rows<'_>, out: &mut OutputFile) -> Result<()>;

    /// Writes the part after the last row.
    ///
    /// # Errors
    /// If the output cannot be completed, or if writing fails.
    fn finish(&mut self, out: &mut OutputFile) -> Result<()> {
        let _ = out;
        Ok(())
    }
}

/// Handling of columns that first appear after the output began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LateColumns {
    /// Each row names its own columns, so later rows may have more of them.
    Accept,
    /// At the end the file is rewritten, and earlier lines get empty cells. A stream cannot be rewritten, so there a
    /// late column is an error.
    Widen(TableLines),
    /// The rows are kept in a temporary file beside the output, and the output begins at the end, with all columns. For
    /// formats whose columns are fixed at the start, at the price of the disk space.
    Defer,
    /// The columns are fixed when the output begins; a late column is an error.
    Refuse,
}

/// Syntax of the lines of a table, as far as it takes to add cells to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLines {
    /// Text that adds one more empty cell before the end of a line.
    pub empty_cell: String,
    /// Text that ends a line; its last byte is a line feed.
    pub line_end: &'static str,
    /// Byte that begins and ends quoted text, in which a line feed ends no line; it is doubled inside such text.
    pub quote: Option<u8>,
}

impl TableLines {
    /// Reads one line with its end into `line`, and returns false at the end of the input. A line feed inside quoted text
    /// ends no line.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn read_line(&self, reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
        line.clear();
        let mut quotes = 0;
        loop {
            let start = line.len();
            if reader.read_until(b'\n', line)? == 0 {
                return Ok(!line.is_empty());
            }
            let piece = line.get(start..).unwrap_or_default();
            quotes += piece.iter().filter(|byte| self.quote == Some(**byte)).count();
            if quotes % 2 == 0 {
                return Ok(true);
            }
        }
    }

    /// Returns a line without its end. Where text can be quoted, both CR LF and LF end a line.
    pub(super) fn without_end<'a>(&self, line: &'a [u8]) -> &'a [u8] {
        match line.strip_suffix(self.line_end.as_bytes()) {
            Some(text) if self.quote.is_none() => text,
            None if self.quote.is_none() => line,
            _ => {
                let text = line.strip_suffix(b"\n").unwrap_or(line);
                text.strip_suffix(b"\r").unwrap_or(text)
            }
        }
    }
}
