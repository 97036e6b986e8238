//! The way in which requests of plugins are answered.

use super::{Recorder, Replayer};
use rowsmith_plugin_api::program::LineRecording;

/// The way in which requests of plugins are answered.
#[derive(Debug)]
pub enum RecordReplay {
    /// By the services.
    Off,
    /// By the services, with each exchange written to a cassette.
    Record(Box<Recorder>),
    /// From a cassette.
    Replay(Box<Replayer>),
}

impl RecordReplay {
    /// Returns the way in which plugins exchange lines with their programs. A cassette without programs is one of version
    /// 0.2, which did not record them.
    pub fn of_lines(&self) -> LineRecording {
        match self {
            Self::Record(_) => LineRecording::Record,
            Self::Replay(replayer) if replayer.has_programs() => LineRecording::Replay,
            Self::Off | Self::Replay(_) => LineRecording::Off,
        }
    }
}
