//! A fake of the host's services: scripted HTTP, a controlled clock, and a record of rows and logs.

mod clock;
mod host;
mod observed;
mod row_intake;
mod services;

pub use host::FakeHost;
pub use observed::LogRecord;
pub(crate) use row_intake::RowIntake;
pub(crate) use services::Answerer;
