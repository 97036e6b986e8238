//! A program that runs beside this one, watched over.
//!
//! [`Program`] says what to start, [`Program::spawn`] starts it. The caller gets the program's standard input and
//! output as blocking handles, each line of its standard error through a callback, and a [`Child`] that knows when and
//! how it ended ([`Ended`]) and that can end it. A child that is dropped is killed, and with it all that it has started
//! itself (on Unix: its process group), so nothing outlives its owner. On Linux it is killed as well when this process
//! ends in any way, `kill -9` included; elsewhere it sees the end of its input.

mod child;
mod ended;
mod group;
mod lines;
mod program;
mod spawn_error;
mod stderr;

pub use child::Child;
pub use ended::Ended;
pub use lines::{RawLine, read_line};
pub use program::{Program, Spawned};
pub use spawn_error::SpawnError;
pub use stderr::MAX_LINE_BYTES;
