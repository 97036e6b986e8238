//! Checks of a provider.

mod basics;
mod calls;
mod checks;
mod failures;
mod local;
mod requests;

pub(super) use checks::CHECKS;
