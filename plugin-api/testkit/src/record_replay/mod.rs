//! Cassettes in tests: folders of recorded HTTP exchanges, one JSON file each.
//!
//! `rowsmith run --record DIR` writes such folders. [`FakeHost::from_cassette`](crate::FakeHost::from_cassette) answers
//! requests from one. An exchange that also has a `config`, an `answer` and, unless the provider verifies its key, a
//! `question` is a test case: [`assert_replays`] asks the provider that question, answers its request with the recorded
//! response, and compares both the request and the answer. No network is needed.

mod keys;
mod responses;
mod test_cases;

pub use keys::assert_keyless;
pub use test_cases::assert_replays;

pub(crate) use keys::find_keys;
pub(crate) use responses::RepeatingReplay;
pub(crate) use test_cases::{has_test_cases, replay_test_cases};
