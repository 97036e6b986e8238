//! Start, output and end of programs. The program is this test binary itself in one of the roles of `roles`.
#![expect(
    clippy::unwrap_used,
    reason = "a test may panic; the lint does not see that functions beside a test are part of it"
)]

mod life;
mod roles;
mod start;
