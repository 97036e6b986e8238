//! What the server does with which request: an ordered list of rules, and what holds for all requests.
//!
//! Rules are looked at from the top, and the first one that fits acts. A request that no rule fits is answered right.
//! Scripts are built in Rust or read from JSON; both say the same things with the same names.

mod act;
mod build_act;
mod mutation;
mod rules;
mod when;

pub use act::{Act, Block, Delivery, Failure, Reply, UsageReport};
pub use mutation::Mutation;
pub use rules::{Rule, Script};
pub(crate) use when::Sight;
pub use when::When;
