//! Child processes with a supervised lifetime.
//!
//! [`Program`] describes a program, [`Program::spawn`] starts it. The caller gets standard input and output as blocking
//! handles, each line of standard error through a callback, and a [`Child`] that reports its end ([`Ended`]) and can end
//! it. Dropping a child kills it and the processes that it started (on Unix: its process group). On Linux it is also
//! killed when this process ends in any way, including `kill -9`; on other systems its input ends.
//!
//! A child inherits no open file but the standard streams, and only a fixed list of variables ([`INHERITED_VARIABLES`]), so that
//! it gets no secrets of other programs.

mod child;
mod ended;
mod group;
mod inheritance;
mod lines;
mod program;
mod spawn_error;
mod stderr;

pub use child::Child;
pub use ended::Ended;
pub use inheritance::{INHERITED_VARIABLES, limit_inheritance};
pub use lines::{RawLine, read_line};
pub use program::{Program, Spawned};
pub use spawn_error::SpawnError;
pub use stderr::MAX_LINE_BYTES;
