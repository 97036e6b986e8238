//! An exporter to the file of the setting `lines_file`, for tests of the host.
#![forbid(unsafe_code)]

use rowsmith_plugin_api::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};

/// Settings of the output.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// File of the rows.
    #[config(default = "lines/rows.jsonl")]
    lines_file: PathBuf,
}

/// The exporter.
#[derive(Debug)]
pub struct Lines {
    file: PathBuf,
    text: String,
    rows: u64,
}

impl Exporter for Lines {
    type Config = Config;

    fn new(config: Config, _: Host) -> Result<Self> {
        Ok(Self { file: config.lines_file, text: String::new(), rows: 0 })
    }

    fn target(&self) -> Target {
        let path = self.file.display().to_string();
        Target { name: path.clone(), path: Some(path), ..Target::default() }
    }

    async fn begin(&mut self, _: Vec<String>) -> Result<()> {
        Ok(())
    }

    async fn write(&mut self, rows: RowChunk) -> Result<()> {
        for row in rows.iter() {
            self.text.push_str(&Value::Object(row.object()).to_string());
            self.text.push('\n');
            self.rows += 1;
        }
        Ok(())
    }

    async fn finish(&mut self, mode: FinishMode) -> Result<ExportSummary> {
        if mode == FinishMode::Complete {
            let folder = self.file.parent().unwrap_or(Path::new("."));
            let written = fs::create_dir_all(folder).and_then(|()| fs::write(&self.file, &self.text));
            written.map_err(|error| Error::io("write", &self.file, &error))?;
        }
        Ok(ExportSummary { location: self.file.display().to_string(), rows: self.rows, bytes: None })
    }
}

export_plugin!(exporter: Lines, name = "lines", about = "Rows as lines of JSON");
