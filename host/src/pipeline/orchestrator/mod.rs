//! The run: wires the stages and owns all state.
//!
//! One task does everything but the calls: it takes rows in, looks them up, packs questions, hands batches
//! to [`Dispatcher`](super::dispatch::Dispatcher) tasks (the only concurrent step), and lets rows out in
//! order. So no state is shared. `run_loop` reads like that; `intake` is what happens to rows that come
//! in, `verdicts` what happens to answers.

mod intake;
mod run_loop;
mod verdicts;

pub use run_loop::{Pipeline, RunEnd, run};
