//! What becomes of the HTTP exchanges of plugins: sent, sent and written down, or answered from what was written.
//!
//! One exchange is one request of a plugin and what it got for it. Redirects and repeats that the plugin left to the
//! host are within it, so a replay is done with them at once.

mod order;
mod recorder;
mod replayer;
mod scrub;

pub use recorder::Recorder;
pub use replayer::{Missed, Replayer};
pub use scrub::Scrubber;

/// Where exchanges go.
#[derive(Debug)]
pub enum Traffic {
    /// To the services.
    Live,
    /// To the services, and into a folder.
    Recorded(Recorder),
    /// Nowhere: they are answered from a folder.
    Replayed(Box<Replayer>),
}
