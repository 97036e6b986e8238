//! HTTP requests and responses of plugins.
//!
//! The host owns one client for all plugins: connections, TLS, proxies, time and size limits, redaction. A plugin is a
//! pure mapping from a question to an [`HttpRequest`] and from an [`HttpResponse`] to an answer. Methods, headers and
//! status codes have the types of the `http` crate.

mod client;
mod request;
mod response;
mod status;
mod wire;

pub use ::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
pub use client::Http;
pub use request::HttpRequest;
pub use response::HttpResponse;
pub use status::kind_of_status;

#[cfg(feature = "record-replay")]
pub(crate) use wire::{header_map, header_texts};
