//! Caches: a flawed one, and what the suite says of it.

mod flawed;
mod tests;
