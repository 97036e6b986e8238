//! The config as it is written ([`raw`]), and the checks that turn it into settings ([`validate`]).

pub mod raw;
pub mod validate;
