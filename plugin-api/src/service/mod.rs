//! Everything that plugins of web services share: options, addresses, requests, JSON bodies, failures, waits.
//!
//! A provider flattens [`ServiceOptions`] into its config, checks them into a [`Service`], and lets that make its requests
//! and read its responses. Everything here is pure: no clock, no network, no logging.

mod base_url;
mod check;
mod diagnosis;
mod extra_body;
mod failure;
mod json_body;
mod json_response;
mod moment;
mod options;
mod quota_scope;
mod rejected_parts;
#[expect(clippy::module_inception, reason = "the file is named after its type")]
mod service;
mod streamed;
mod text;
mod wait;

pub use base_url::{BaseUrl, encode_path};
pub use check::{header_name, header_secret, number_within};
pub use diagnosis::{FailureReport, RequestPart};
pub use failure::{ServiceFailure, kind_of_failure, request_id};
pub use json_body::{text_of, without_nulls};
pub use json_response::JsonResponse;
pub use options::{SamplingOptions, SchemaMode, ServiceOptions};
pub use quota_scope::quota_scope;
pub use rejected_parts::{Rejected, RejectedParts};
pub use service::Service;
pub use streamed::Streamed;
pub use text::{one_line, redact};
pub use wait::{wait_hint, wait_in_text};
