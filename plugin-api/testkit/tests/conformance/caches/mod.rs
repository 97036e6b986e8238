//! Caches: a flawed one, and the report of its suite.

mod flawed;
mod tests;
