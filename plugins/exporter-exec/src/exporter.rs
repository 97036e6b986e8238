//! The exporter: rows of the run to messages for the program.

use crate::config::Config;
use rowsmith_exec::{Connection, Done, Launch, unexpected_message};
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::output::{IfExists, OutputOptions};
use rowsmith_plugin_api::prelude::*;
use std::path::Path;

/// Target size of a line with rows, in bytes.
const LINE_BYTES: usize = 256 << 10;

/// Passes rows to a program.
pub struct ExecExporter {
    launch: Launch,
    path: Option<String>,
    program: Option<Connection>,
    /// The columns of the whole output with their types, if the host knows them.
    described: Vec<Column>,
    rows: u64,
}

impl Exporter for ExecExporter {
    type Config = Config;

    fn new(config: Config, host: Host) -> Result<Self> {
        if let Some(path) = config.path.as_deref().filter(|path| path.trim().is_empty() || *path == "-") {
            return Err(Error::config("path", format!("invalid path `{path}`: expected a file"))
                .hint("remove `path` if the program writes no file; its standard output is for the protocol"));
        }
        let mut launch = config.program.launch(PluginKind::Exporter, &host)?;
        launch.path.clone_from(&config.path);
        Ok(Self { launch, path: config.path, program: None, described: Vec::new(), rows: 0 })
    }

    fn target(&self) -> Target {
        match &self.path {
            Some(path) => {
                let options = OutputOptions { path: path.clone(), columns: None, if_exists: IfExists::Replace };
                Target { has_rows: self.has_rows(Path::new(path)), ..options.target() }
            }
            None => Target { name: format!("`{}`", self.launch.title()), ..Target::default() },
        }
    }

    fn describe_columns(&mut self, columns: Vec<Column>) -> Result<()> {
        self.described = columns;
        Ok(())
    }

    async fn begin(&mut self, columns: Vec<String>) -> Result<()> {
        // Exported rows are paid for, so they are written even if the run is stopped.
        let (program, _) = Connection::start(&self.launch, "export", Box::new(|| Ok(())))?;
        let mut begin = json!({"columns": columns, "path": self.path});
        if !self.described.is_empty() {
            begin["types"] = json!(self.described);
        }
        let begin = json!({ "begin": begin }).to_string();
        self.program = Some(or_shut_down(program, |program| program.send(begin))?.0);
        Ok(())
    }

    async fn write(&mut self, rows: RowChunk) -> Result<()> {
        let program = self.program.take().ok_or_else(not_begun)?;
        self.program = Some(or_shut_down(program, |program| send_rows(program, &rows))?.0);
        self.rows += rows.len() as u64;
        Ok(())
    }

    async fn finish(&mut self, ending: FinishMode) -> Result<ExportSummary> {
        if self.program.is_none() {
            if ending == FinishMode::Discard {
                return Ok(ExportSummary::default());
            }
            self.begin(Vec::new()).await?;
        }
        let program = self.program.take().ok_or_else(not_begun)?;
        let (program, done) = or_shut_down(program, |program| conclude(program, ending))?;
        program.finish()?;
        let location = done.location.or_else(|| self.path.clone()).unwrap_or_else(|| self.target().name);
        Ok(ExportSummary { location, rows: done.rows.unwrap_or(self.rows), bytes: done.bytes })
    }
}

impl ExecExporter {
    /// Asks the program whether its file holds rows. An empty file holds none.
    fn has_rows(&self, path: &Path) -> Option<bool> {
        if self.program.is_some() || !path.metadata().is_ok_and(|file| file.len() > 0) {
            return None;
        }
        // A program that fails here reports its error when the export begins.
        Connection::target_has_rows(&self.launch).ok().flatten()
    }
}

/// Performs an action with the program. If it fails, the program's input ends without `finish`, and the program has time
/// to remove its output.
fn or_shut_down<T>(mut program: Connection, act: impl FnOnce(&mut Connection) -> Result<T>) -> Result<(Connection, T)> {
    match act(&mut program) {
        Ok(value) => Ok((program, value)),
        Err(error) => {
            program.shut_down();
            Err(error)
        }
    }
}

/// Ends the program's input without `finish`, so that it removes its output.
impl Drop for ExecExporter {
    fn drop(&mut self) {
        if let Some(program) = self.program.take() {
            program.shut_down();
        }
    }
}

fn conclude(program: &mut Connection, ending: FinishMode) -> Result<Done> {
    // The program does not answer rows. An error in the last of them is read here, before it replaces an earlier result.
    if let Some(early) = program.try_receive()? {
        return Err(unexpected_message(program.title(), &early, "no message before `finish`"));
    }
    program.send(json!({"finish": ending}).to_string())?;
    program.receive_done()
}

fn send_rows(program: &mut Connection, rows: &RowChunk) -> Result<()> {
    let mut line = Vec::new();
    for row in rows.iter() {
        line.extend_from_slice(if line.is_empty() { b"{\"rows\":[{" } else { b",{" });
        write_cells(&mut line, row);
        line.push(b'}');
        if line.len() >= LINE_BYTES {
            send(program, &mut line)?;
        }
    }
    if line.is_empty() { Ok(()) } else { send(program, &mut line) }
}

fn write_cells(line: &mut Vec<u8>, row: RowView<'_>) {
    for (at, (name, cell)) in row.cells().enumerate() {
        if at > 0 {
            line.push(b',');
        }
        Cell::string(name).write_json(line);
        line.push(b':');
        cell.write_json(line);
    }
}

fn send(program: &mut Connection, line: &mut Vec<u8>) -> Result<()> {
    line.extend_from_slice(b"]}");
    let text = String::from_utf8(std::mem::take(line))
        .map_err(|_| Error::new(ErrorKind::InvalidData, "the rows are not UTF-8"))?;
    program.send(text)
}

fn not_begun() -> Error {
    Error::new(ErrorKind::Other, "the export is not active: `write` before `begin` or after `finish`")
}
