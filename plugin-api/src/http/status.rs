//! The error kind of a status code.

use crate::error::ErrorKind;

/// Returns the kind of a failure whose body says nothing more exact than the status.
pub fn kind_of_status(status: impl Into<u16>) -> ErrorKind {
    match status.into() {
        401 | 403 => ErrorKind::Auth,
        402 => ErrorKind::Billing,
        404 | 410 => ErrorKind::NotFound,
        408 | 409 | 425 | 429 | 500..=599 => ErrorKind::Retryable,
        413 => ErrorKind::TooLarge,
        400..=499 => ErrorKind::BadRequest,
        _ => ErrorKind::Other,
    }
}
