//! The server as a client sees it, over real sockets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, in helper functions too")]

mod answers;
mod client;
mod faults;
mod timing;
