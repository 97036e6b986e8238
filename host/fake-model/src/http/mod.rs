//! Just enough HTTP/1.1 to talk to any client, and to break its rules on purpose.

mod reply;
mod request;

pub(crate) use reply::{Body, HttpReply};
pub(crate) use request::HttpRequest;
