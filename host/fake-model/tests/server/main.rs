//! The server as a client sees it, over real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, in helper functions too")]

mod client;
mod dialects;
mod faults;
mod program;
mod timing;
