//! A local HTTP server that speaks like an LLM provider, for tests and for trying a config without a key.
//!
//! It understands the Gemini `generateContent` and the OpenAI chat-completions dialects, finds the rows of a request in
//! the user text, and answers each of them with values that are a pure function of the row. A caller can therefore
//! compute the right answer itself ([`expected_answer`]) and tell a right output from a wrong one. A [`Script`] says
//! which requests are answered otherwise: with a damaged answer, an error of the service, or a broken connection.
//!
//! The server is plain threads over plain sockets, because it has to do what HTTP libraries forbid: lie about lengths,
//! stop in mid-body, never reply. Everything it starts ends when the [`FakeModel`] is dropped.
//!
//! ```
//! use rowsmith_fake_model::{Act, FakeModel, Mutation, Script, When};
//!
//! # fn main() -> std::io::Result<()> {
//! let script = Script::new()
//!     .on(When::nth(0), Act::status(429).retry_after("7"))
//!     .once(When::row_contains("Docker"), Act::mutated(Mutation::DropRows("Docker".into())));
//! let server = FakeModel::start(script)?;
//! assert!(server.base_url().starts_with("http://127.0.0.1:"));
//! assert!(server.requests().is_empty());
//! # Ok(())
//! # }
//! ```

mod ask;
mod connection;
mod dialect;
mod expected;
mod field;
mod http;
mod journal;
mod record;
mod reply;
mod script;
mod server;
mod state;

pub use dialect::Dialect;
pub use expected::expected_answer;
pub use field::{Field, FieldKind, default_fields};
pub use record::{RequestRecord, RowSeen};
pub use script::{Act, Block, Delivery, Failure, Mutation, Reply, Rule, Script, UsageReport, When};
pub use server::FakeModel;
