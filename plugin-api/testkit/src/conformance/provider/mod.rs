//! What the host relies on in a provider.

mod basics;
mod failures;
mod local;
mod question;

use super::suite::Step;

pub(super) const CHECKS: &[Step] = &[
    ("what the provider says of itself is stable", basics::info),
    ("one call sends one request, without redirects or repeats", basics::one_request),
    ("keys travel in headers only", basics::keys),
    ("a call that is dropped in the middle does no harm", basics::dropped),
    ("statuses of failure are told apart", failures::statuses),
    ("the service's wish for a pause is passed on", failures::pause),
    ("an answer that cannot be read is an error", failures::unreadable),
    ("a broken exchange is passed on as it is", failures::broken),
    ("a provider without a service answers in JSON", local::answers),
    ("recordings are replayed as they were made, and hold no key", basics::recordings),
];
