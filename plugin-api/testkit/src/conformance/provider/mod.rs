//! Checks of a provider.

mod basics;
mod calls;
mod checks;
mod failures;
mod local;

pub(super) use checks::CHECKS;
