//! The host's services, faked: scripted HTTP, a clock under control, rows and logs that can be looked at.

mod clock;
mod host;
mod seen;
mod services;
mod sinks;

pub use host::FakeHost;
pub use seen::LogRecord;
pub(crate) use services::Answerer;
pub(crate) use sinks::Sinks;
