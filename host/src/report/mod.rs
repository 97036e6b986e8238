//! What a run tells: counts while it goes on, a summary and a report at its end.

pub mod json;
pub mod progress;
pub mod text;
