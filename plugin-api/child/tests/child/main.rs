//! Programs that are started, listened to and ended. The program is this test binary itself, in one of the parts of
//! `parts`.
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic; the lint does not see that functions beside a test are part of it"
)]

mod life;
mod parts;
mod start;
