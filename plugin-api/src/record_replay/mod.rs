//! Recording and replay of HTTP exchanges, and of the lines of programs.
//!
//! A *cassette* is a folder with one JSON file per [`Exchange`], and one file of JSON Lines per exchange with a program. `rowsmith run --record DIR` writes one; `--replay DIR`
//! and the testkit answer requests from one ([`Replay`]), without a network. Runs and tests match requests in the same
//! way, so a plugin's test accepts what a run accepts. A file may also hold a [`TestCase`]: a question to a provider and
//! the answer that the provider has to make of the exchange. Credentials are never written: see [`credential`].

pub mod credential;

mod body;
mod cassette;
mod exchange;
mod headers;
mod mismatch;
mod program_exchange;
mod program_file;
mod program_replay;
mod replay;
mod request_identity;
mod scrub;
mod test_case;

pub use body::Body;
pub use cassette::{Cassette, CassetteFile, ProgramFile, file_name, program_file_name};
pub use exchange::{Exchange, ExchangeOutcome, RecordedRequest, RecordedResponse, VERSION};
pub use headers::Headers;
pub use program_exchange::ProgramExchange;
pub use program_file::{ProgramHeader, write_event};
pub use program_replay::ProgramReplay;
pub use replay::{Replay, ReplayedExchange};
pub use request_identity::RequestIdentity;
pub use scrub::{NoSecrets, Scrub};
pub use test_case::TestCase;
