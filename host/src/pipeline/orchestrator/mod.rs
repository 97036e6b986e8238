//! Connects the stages and owns all state of a run.
//!
//! [`run`] is one loop in one task: it reads rows, starts calls, applies their results and exports rows. The state is split
//! by subject: `service_health` decides whether the service works, `open_questions` maps questions to the rows that wait
//! for them, `batch_queue` decides which call is next, `brake` stops a run with too few valid rows, `audit` compares answers, and [`super::row_buffer`] keeps the rows
//! in order.

mod audit;
mod batch_queue;
mod brake;
mod braking;
mod display;
mod ingest;
mod last_call;
mod open_questions;
mod results;
mod run_loop;
mod service_health;
mod source_columns;
mod suspecting;
mod suspicion;

pub use run_loop::{Pipeline, RunEnd, run};
