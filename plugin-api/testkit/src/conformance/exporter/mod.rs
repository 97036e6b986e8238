//! Checks of an exporter.

mod append;
mod checks;
mod endings;
mod export_run;
pub(super) mod readback;
mod rows;
mod values;

pub(super) use append::appending;
pub(super) use checks::CHECKS;
