//! Stage 12: sends rows to the exporters in the order of the source, each exporter on a thread of its own.
//!
//! [`Exporters`] adds the output columns to finished rows and sends chunks to the `worker`s. `columns` describes
//! the columns, `column_plan` decides their positions, and `answer_cells` writes the fields of answers; all are pure.

mod answer_cells;
mod column_plan;
mod columns;
mod exporters;
mod worker;

pub use exporters::{Exporters, NamedExporter};
pub use worker::{ExportResult, is_closed_pipe};
