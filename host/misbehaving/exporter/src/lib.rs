//! An exporter with the faults that its config names, for tests of the host.
//!
//! It counts rows and drops them.
#![forbid(unsafe_code)]

#[path = "../../fault.rs"]
mod fault;

pub use fault::Config;

use fault::Fault;
use rowsmith_plugin_api::RowChunk;
use rowsmith_plugin_api::prelude::{ExportSummary, Exporter, FinishMode, Host, Result, Target, export_plugin};

/// The exporter.
#[derive(Debug)]
pub struct MisbehavingExporter {
    fault: Fault,
    rows: u64,
}

impl Exporter for MisbehavingExporter {
    type Config = Config;

    fn new(config: Config, _: Host) -> Result<Self> {
        let fault = Fault(config);
        fault.now("new")?;
        Ok(Self { fault, rows: 0 })
    }

    fn target(&self) -> Target {
        // This method can panic, but not return an error.
        drop(self.fault.now("target"));
        Target { name: "nowhere".to_owned(), ..Target::default() }
    }

    async fn begin(&mut self, _: Vec<String>) -> Result<()> {
        self.fault.reach("begin").await
    }

    async fn write(&mut self, rows: RowChunk) -> Result<()> {
        self.fault.reach("write").await?;
        self.rows += rows.len() as u64;
        Ok(())
    }

    async fn finish(&mut self, _: FinishMode) -> Result<ExportSummary> {
        self.fault.reach("finish").await?;
        let rows = if self.fault.is("miscount") { self.fault.0.number } else { self.rows };
        Ok(ExportSummary { location: "nowhere".to_owned(), rows, bytes: None })
    }
}

export_plugin!(exporter: MisbehavingExporter, name = "misbehaving", about = "Has the faults that its config names");
