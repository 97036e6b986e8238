//! The server as a client sees it, over real sockets.

mod client;
mod dialects;
mod faults;
mod program;
mod timing;
