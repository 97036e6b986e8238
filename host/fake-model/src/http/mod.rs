//! A small HTTP/1.1 server side that can break the rules of HTTP.

mod reply;
mod request;

pub(crate) use reply::{Body, HttpReply};
pub(crate) use request::{Headers, HttpRequest};
