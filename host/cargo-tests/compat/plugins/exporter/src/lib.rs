//! An exporter as plugin authors wrote them against plugin-api 0.1.0: a line of JSON for each row.
#![forbid(unsafe_code)]

use rowsmith_plugin_api::prelude::*;
use std::fs;

/// The plugin's table in the config.
#[derive(Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The file.
    path: String,
}

/// Lines of JSON, written at the end.
pub struct Lines {
    path: String,
    text: String,
    rows: u64,
}

impl Exporter for Lines {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        Ok(Self { path: config.path, text: String::new(), rows: 0 })
    }

    fn target(&self) -> Target {
        Target { name: self.path.clone(), path: Some(self.path.clone()), stdout: false }
    }

    async fn begin(&mut self, _columns: Vec<String>) -> Result<()> {
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

    async fn finish(&mut self, ending: Ending) -> Result<ExportSummary> {
        if ending == Ending::Complete {
            let failed = |error| Error::new(ErrorKind::Io, format!("cannot write {}: {error}", self.path));
            fs::write(&self.path, &self.text).map_err(failed)?;
        }
        Ok(ExportSummary { location: self.path.clone(), rows: self.rows, bytes: Some(self.text.len() as u64) })
    }
}

export_plugin!(exporter: Lines, name = "old", about = "Lines of JSON, as of 0.1.0");
