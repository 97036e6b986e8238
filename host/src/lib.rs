//! Rowsmith turns rows into rows with LLM-made columns.

pub mod config;
pub mod diagnostic;
