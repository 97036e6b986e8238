//! All environment variables that the host reads.
//!
//! Variables in a config, `${NAME}` or `{ env = "NAME" }`, are read through [`read`] too, so that this file is the only
//! access to the environment.

use std::ffi::OsString;
use std::path::PathBuf;

/// Folders with plugins, separated as in `PATH`; searched after those of the config.
pub const ROWSMITH_PLUGIN_PATH: &str = "ROWSMITH_PLUGIN_PATH";
/// Filter of log records in the syntax of `tracing`: `info`, `rowsmith=debug`.
pub const ROWSMITH_LOG: &str = "ROWSMITH_LOG";
/// Disables colour unless it is empty.
pub const NO_COLOR: &str = "NO_COLOR";
/// Enables colour, even in a pipe, unless it is `0`.
pub const CLICOLOR_FORCE: &str = "CLICOLOR_FORCE";
/// For tests only: factor of all waits of the host, above 0 and up to 1; release builds ignore it. See [`super::test_time`].
pub const ROWSMITH_TEST_TIME_SCALE: &str = "ROWSMITH_TEST_TIME_SCALE";
/// For tests only: milliseconds by which the host's clock is ahead; release builds ignore it. See [`super::test_time`].
pub const ROWSMITH_TEST_CLOCK_OFFSET_MS: &str = "ROWSMITH_TEST_CLOCK_OFFSET_MS";
/// Makes panics print a backtrace; read by the standard library.
pub const RUST_BACKTRACE: &str = "RUST_BACKTRACE";
/// Makes errors of libraries keep a backtrace; read by the standard library.
pub const RUST_LIB_BACKTRACE: &str = "RUST_LIB_BACKTRACE";
/// Type of the terminal; `dumb` has no colour and no live bar.
pub const TERM: &str = "TERM";
/// Set by build services; disables the live bar.
pub const CI: &str = "CI";
/// The user's folder for data, which is searched for plugins.
pub const XDG_DATA_HOME: &str = "XDG_DATA_HOME";
/// The user's folder for caches.
pub const XDG_CACHE_HOME: &str = "XDG_CACHE_HOME";
/// The user's folder for files of the current session.
pub const XDG_RUNTIME_DIR: &str = "XDG_RUNTIME_DIR";
/// Folders of programs.
pub const PATH: &str = "PATH";
/// The user's home folder, which contains the two folders above by default.
pub const HOME: &str = "HOME";

/// Returns the value of a variable; `None` when it is unset or not Unicode.
#[expect(clippy::disallowed_methods, reason = "all other code reads variables through this function")]
pub fn read(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Returns the value of a variable with a path, which need not be Unicode; `None` when it is unset or empty.
pub fn read_path(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Returns a folder of the user. A relative path is invalid by the specification of these variables, and would be a folder of
/// the working directory.
pub fn user_folder(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(read_path(name)?);
    if folder.is_absolute() {
        return Some(folder);
    }
    tracing::warn!("{name} is ignored: `{}` is not an absolute path", folder.display());
    None
}

#[cfg(test)]
mod tests {
    use super::{read, read_path};

    #[test]
    fn unset_and_invalid_names_are_none() {
        for name in ["ROWSMITH_TEST_NOT_SET", "", "A=B", "A\0B"] {
            assert_eq!(read(name), None, "{name:?}");
            assert_eq!(read_path(name), None, "{name:?}");
        }
    }
}
