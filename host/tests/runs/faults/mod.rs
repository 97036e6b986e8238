//! Faults of the process, its files and its environment.

mod environment;
mod interrupted;
