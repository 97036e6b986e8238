//! The behaviour of a server: an ordered list of rules, and settings that hold for all requests.
//!
//! The first rule that matches a request decides its reply. A request that matches no rule gets the right answer.

mod build_then;
mod mutation;
mod rules;
mod then;
mod when;

pub use mutation::Mutation;
pub use rules::Script;
pub use then::{BlockedPart, Delivery, Reply, ServiceError, Then, UsageReport};
pub(crate) use when::RequestView;
pub use when::When;
