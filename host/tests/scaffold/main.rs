//! `rowsmith plugin new`: what it writes is built, tested, linted and run with the tools that its user has.
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic; the lint does not see that functions beside a test are part of it"
)]

mod crates;
mod mistakes;
mod sources;
mod workshop;
