//! Sizes that a run learns from its service: the output cap, the prompt, characters per token, rows per call.
//!
//! The rules and the model's facts are the start, and every response corrects them. [`Sizes`] is the pure state,
//! [`SizeLearner`] shares it between the calls of a run, and [`LearnedChange`]s are part of the report.
//! A [`CalibrationFile`] keeps the sizes for the next run.

mod calibration;
mod calibration_file;
mod change;
mod learner;
mod rows_per_call;
mod sizes;

pub use calibration::{Calibration, ModelSizes, QuestionSizes};
pub use calibration_file::{CalibrationFile, Subject};
pub use change::LearnedChange;
pub use learner::SizeLearner;
pub use rows_per_call::{RowsPerCall, SizeChange};
pub use sizes::{CallSizes, Reaction, Sizes};
