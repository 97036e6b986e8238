//! `rowsmith plugin new`: new crates are built, tested, linted and run with the tools of their user.

mod crates;
mod sources;
mod workshop;
