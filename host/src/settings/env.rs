//! Every environment variable that the host reads on its own account.
//!
//! Variables that a config names, in `${NAME}` or `{ env = "NAME" }`, are read through [`read`] as well, so this is
//! the one place where the environment enters the program.

use std::ffi::OsString;

/// Folders with plugins, separated as in `PATH`; searched after the folders that the config names.
pub const ROWSMITH_PLUGIN_PATH: &str = "ROWSMITH_PLUGIN_PATH";
/// Which log records are shown, in the syntax of `tracing`'s filters: `info`, `rowsmith=debug`.
pub const ROWSMITH_LOG: &str = "ROWSMITH_LOG";
/// Turns colour off when it is set to anything but the empty string.
pub const NO_COLOR: &str = "NO_COLOR";
/// Turns colour on, even into a pipe, when it is set to anything but `0`.
pub const CLICOLOR_FORCE: &str = "CLICOLOR_FORCE";
/// For tests only: factor of all waits of the host, above 0 and up to 1; release builds ignore it. See [`super::test_time`].
pub const ROWSMITH_TEST_TIME_SCALE: &str = "ROWSMITH_TEST_TIME_SCALE";
/// The kind of terminal; `dumb` has neither colour nor a live bar.
pub const TERM: &str = "TERM";
/// Set by build services; there is then no live bar.
pub const CI: &str = "CI";
/// The user's folder for data, where installed plugins are looked for.
pub const XDG_DATA_HOME: &str = "XDG_DATA_HOME";
/// The user's folder for what can be made again.
pub const XDG_CACHE_HOME: &str = "XDG_CACHE_HOME";
/// Where a shell looks for programs.
pub const PATH: &str = "PATH";
/// The user's folder, below which the two folders above are when they are not set.
pub const HOME: &str = "HOME";

/// The value of the variable `name`; `None` when it is unset or not Unicode.
#[expect(clippy::disallowed_methods, reason = "this is the place that all other code is sent to")]
pub fn read(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The value of the variable `name` as the system holds it, for paths, which need not be Unicode.
pub fn read_path(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{read, read_path};

    #[test]
    fn unset_and_impossible_names_are_none() {
        for name in ["ROWSMITH_TEST_NOT_SET", "", "A=B", "A\0B"] {
            assert_eq!(read(name), None, "{name:?}");
            assert_eq!(read_path(name), None, "{name:?}");
        }
    }
}
