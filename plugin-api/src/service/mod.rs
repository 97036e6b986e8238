//! What plugins that talk to a web service share: addresses, checks of their config, JSON bodies, waits.
//!
//! Everything here is pure: no clock, no network, no logging. Services differ in what they say, not in how a
//! `Retry-After` header, a login page in place of an answer, or a key with a line break is to be met.

mod base_url;
mod check;
mod json_body;
mod quota_scope;
mod wait;
mod words;

pub use base_url::BaseUrl;
pub use check::{header_fields, header_secret, number_within};
pub use json_body::{merge, parse_json, read_json};
pub use quota_scope::quota_scope;
pub use wait::{wait_hint, wait_in_text};
pub use words::{without_secret, words_of};
