//! Stage 6: calls the provider for one batch until there is a response, a final failure or a stop.
//!
//! [`Dispatcher`] makes the calls and stores the answers. The decisions are pure: `error_action` selects the reaction to an
//! error, `attempts` decides when a batch is left unanswered, `normalize` corrects reported figures, and `response` validates a
//! response.

mod answer_store;
mod attempts;
mod call_event;
mod dispatcher;
mod error_action;
mod finished_batch;
mod normalize;
mod response;

pub use answer_store::AnswerStore;
pub use call_event::CallEvent;
pub use dispatcher::{Dispatcher, RetryLimits};
pub use error_action::is_temporary;
pub use finished_batch::{BatchEnd, FinishedBatch};
