//! Progress during a run, and the summary and the report at its end.

pub mod json;
pub mod progress;
pub mod text;
