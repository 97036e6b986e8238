//! Rows as lines of one HTML table.

use crate::Config;
use crate::cell::Escaped;
use rowsmith_plugin_api::output::{FileFormat, LateColumns, OutputFile, OutputOptions, Rows, TableLines};
use rowsmith_plugin_api::prelude::*;
use std::io::Write;

/// The page before the table. Its content security policy blocks every other file.
const START: &str = include_str!("page.html");
/// The page after the last row.
const END: &str = "</tbody>\n</table>\n</body>\n</html>\n";

/// One page with one table.
#[derive(Debug)]
pub struct Page {
    /// The start of the page with its title.
    start: String,
}

impl FileFormat for Page {
    type Config = Config;

    fn new(config: Config) -> Result<(OutputOptions, Self)> {
        let start = START.replace("{{title}}", &Escaped(&config.title).to_string());
        Ok((config.output, Self { start }))
    }

    /// A late column adds an empty cell to all earlier rows, which are one line of the file each.
    fn late_columns(&self) -> LateColumns {
        LateColumns::Widen(TableLines { empty_cell: "<td></td>".to_owned(), line_end: "</tr>\n", quote: None })
    }

    fn begin(&mut self, columns: &[String], out: &mut OutputFile) -> Result<()> {
        write!(out, "{}<thead>\n<tr>", self.start)?;
        for column in columns {
            write!(out, "<th scope=\"col\">{}</th>", Escaped(column))?;
        }
        Ok(write!(out, "</tr>\n</thead>\n<tbody>\n")?)
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut OutputFile) -> Result<()> {
        for row in 0..rows.len() {
            write!(out, "<tr>")?;
            for cell in rows.row(row) {
                let start = if cell.kind == CellKind::Number { "<td class=\"n\">" } else { "<td>" };
                write!(out, "{start}{}</td>", Escaped(cell.display()))?;
            }
            writeln!(out, "</tr>")?;
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut OutputFile) -> Result<()> {
        Ok(write!(out, "{END}")?)
    }
}
