//! The checks of a provider, in their order.

use super::{basics, failures, local, requests};
use crate::conformance::suite::CheckSpec;

pub(in crate::conformance) const CHECKS: &[CheckSpec] = &[
    ("info", "the provider's description of itself is stable", basics::info),
    (
        "one_request",
        "one call sends no more requests than declared, without redirects and retries",
        requests::one_request,
    ),
    ("keys", "keys are sent only in headers", basics::keys),
    ("dropped_call", "a dropped call does no harm", basics::dropped),
    ("statuses", "each status leads to the right kind of error", failures::statuses),
    ("retry_after", "the wait that the service asks for is passed on", failures::retry_after),
    ("unreadable", "an unreadable response is an error", failures::unreadable),
    ("host_errors", "errors of the host are passed on", failures::host_errors),
    ("local_answer", "a provider without a service answers in JSON", local::answers),
    ("cassette", "the test cases of the cassette are replayed without a difference, and have no key", basics::cassette),
];
