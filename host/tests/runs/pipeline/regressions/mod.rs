//! Regressions: one test for each fixed bug.

mod answers;
mod files;
mod quota;
mod service;
