//! The parameters of the tests, from variables of the environment.

use std::str::FromStr;

/// Returns the value of `ROWSMITH_ENDURANCE_<name>`, or `default` without it.
#[track_caller]
pub(crate) fn parameter<T: FromStr>(name: &str, default: T) -> T {
    let name = format!("ROWSMITH_ENDURANCE_{name}");
    let Some(text) = std::env::var_os(&name) else { return default };
    let value = text.to_str().and_then(|text| text.parse().ok());
    value.unwrap_or_else(|| panic!("{name} is {}, expected a number", text.display()))
}

/// Returns the seed of this run, random unless it is given.
pub(crate) fn seed() -> u64 {
    parameter("SEED", fastrand::u64(..1_000_000))
}
