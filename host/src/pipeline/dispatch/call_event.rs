//! The events of a call, which the run counts.

use crate::pipeline::batch::Stage;
use rowsmith_plugin_api::completion::Usage;

/// An event in the life of a call.
#[derive(Debug, Clone, PartialEq)]
pub enum CallEvent {
    /// A call was sent.
    Sent {
        /// The step of the fallback.
        stage: Stage,
        /// True if the call repeats an earlier one.
        retry: bool,
    },
    /// The service reported an error that a retry may resolve.
    PushedBack {
        /// True if a rate limit was reached.
        rate_limited: bool,
    },
    /// The service responded.
    Answered {
        /// Token counts.
        usage: Usage,
        /// The model that responded, when the service names it.
        model: Option<String>,
        /// Items under ids that were not asked.
        unknown: usize,
        /// Answers that are about another row of their call.
        misplaced: usize,
    },
}
