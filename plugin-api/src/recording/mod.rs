//! Exchanges over HTTP, written down and answered again.
//!
//! `rowsmith run --record DIR` writes one file an [`Exchange`]; `--replay DIR` and the testkit's `FakeHost::recorded`
//! answer from such a folder ([`Replay`]) without a network. Both sides compare requests in the same way, so that a
//! plugin's test accepts what a run accepts. Credentials never get into a file: see [`credential`].

pub mod credential;

mod body;
mod difference;
mod exchange;
mod folder;
mod headers;
mod question;
mod replay;

pub use body::Body;
pub use exchange::{Exchange, Outcome, RecordedRequest, RecordedResponse, VERSION};
pub use folder::{file_name, read_file, read_folder};
pub use headers::Headers;
pub use question::{NoSecrets, Scrub};
pub use replay::{Found, Replay};
