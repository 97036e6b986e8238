//! A local HTTP server that speaks the wire formats of LLM services and fails on command, for tests.
//!
//! The server reads the rows of a request from the user text and answers each of them with values that are a pure
//! function of the row. A test can therefore compute the right answer itself ([`expected_answer`]). A [`Script`] selects
//! the requests that get another reply: a damaged answer, an error of the service, or a broken connection.
//!
//! The server uses plain threads and sockets, because it must do what HTTP libraries forbid: lie about lengths, stop in
//! the middle of a body, never reply. All its threads end when the [`FakeModel`] is dropped.
//!
//! Each wire format is one file of the module `dialect`.
//!
//! ```
//! use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
//!
//! # fn main() -> std::io::Result<()> {
//! let script = Script::new()
//!     .on(When::nth(0), Then::status(429).retry_after("7"))
//!     .once(When::row_contains("Docker"), Then::mutated(Mutation::DropRows("Docker".into())));
//! let server = FakeModel::start(script)?;
//! assert!(server.base_url().starts_with("http://127.0.0.1:"));
//! assert!(server.requests().is_empty());
//! # Ok(())
//! # }
//! ```

mod answer;
mod call;
mod connection;
mod dialect;
mod expected;
mod field;
mod http;
mod placeholder;
mod prompt;
mod record;
mod reply;
mod script;
mod server;
mod state;

pub use expected::expected_answer;
pub use field::{Field, FieldKind, default_fields};
pub use record::{RequestRecord, RequestedRow};
pub use script::{BlockedPart, Delivery, Mutation, Reply, Script, ServiceError, Then, UsageReport, When};
pub use server::FakeModel;
