//! Runs of the real program with real plugins, against a fake model that fails as services do.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test, also in helper functions")]

#[cfg(unix)]
mod faults;
#[cfg(target_os = "linux")]
mod isolation;
#[cfg(unix)]
mod misbehaving;
#[cfg(unix)]
mod pipeline;
#[cfg(unix)]
mod real_services;
#[cfg(unix)]
mod replay;
mod schedule;
#[cfg(unix)]
mod shared_server;
#[cfg(unix)]
mod sources;
