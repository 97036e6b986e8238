//! Recording and replay of the plugins' HTTP exchanges.
//!
//! An exchange is one request of a plugin and its result. It includes the redirects and retries that the plugin left to
//! the host, so a replay needs none of them.

mod recorder;
mod replay_order;
mod replayer;
mod scrub;

pub use recorder::Recorder;
pub use replayer::{Replayer, UnrecordedRequest};
pub use scrub::Scrubber;

/// The way in which requests of plugins are answered.
#[derive(Debug)]
pub enum RecordReplay {
    /// By the services.
    Off,
    /// By the services, with each exchange written to a cassette.
    Record(Recorder),
    /// From a cassette.
    Replay(Box<Replayer>),
}
