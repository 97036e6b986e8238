//! Rows as lines of one HTML table.

use crate::cell;
use rowsmith_plugin_api::output::{Format, Rows, TableLines};
use rowsmith_plugin_api::prelude::*;

/// What comes before the table. The page needs no other file, and its policy lets it load none.
const BEGINNING: &str = include_str!("page.html");
/// What comes after the last row.
const END: &[u8] = b"</tbody>\n</table>\n</body>\n</html>\n";

/// One page with one table.
#[derive(Debug)]
pub(crate) struct Page {
    /// The beginning with the title in it.
    beginning: String,
}

impl Page {
    pub(crate) fn new(title: &str) -> Self {
        let mut escaped = Vec::new();
        cell::write(title, &mut escaped);
        Self { beginning: BEGINNING.replace("{{title}}", &String::from_utf8_lossy(&escaped)) }
    }
}

impl Format for Page {
    /// Rows that bring a further column widen all lines before them, which are one line of the file each.
    fn table(&self) -> Option<TableLines> {
        Some(TableLines { empty_cell: "<td></td>".to_owned(), line_end: "</tr>\n", quote: None })
    }

    fn header(&self, columns: &[String], out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(self.beginning.as_bytes());
        out.extend_from_slice(b"<thead>\n<tr>");
        for column in columns {
            out.extend_from_slice(b"<th scope=\"col\">");
            cell::write(column, out);
            out.extend_from_slice(b"</th>");
        }
        out.extend_from_slice(b"</tr>\n</thead>\n<tbody>\n");
        Ok(())
    }

    fn rows(&mut self, rows: &Rows<'_>, out: &mut Vec<u8>) -> Result<()> {
        for row in 0..rows.len() {
            out.extend_from_slice(b"<tr>");
            for cell in rows.row(row) {
                out.extend_from_slice(if cell.kind == CellKind::Number { b"<td class=\"n\">" } else { b"<td>" });
                cell::write(cell.display(), out);
                out.extend_from_slice(b"</td>");
            }
            out.extend_from_slice(b"</tr>\n");
        }
        Ok(())
    }

    fn footer(&self, out: &mut Vec<u8>) -> Result<()> {
        out.extend_from_slice(END);
        Ok(())
    }
}
