//! Recording and replay of the plugins' exchanges over HTTP and with programs.
//!
//! An exchange is one request of a plugin and its result. It includes the redirects and retries that the plugin left to
//! the host, so a replay needs none of them.

mod mode;
mod program_recorder;
mod program_replayer;
mod recorder;
mod replay_order;
mod replayer;
mod scrub;

pub use mode::RecordReplay;
pub use recorder::Recorder;
pub use replayer::{Replayer, UnrecordedRequest};
pub use scrub::Scrubber;
