//! The variables and files that a child process inherits.
//!
//! The environment of Rowsmith contains the keys of all services, and its open files include the store. A child inherits the
//! three standard streams, and of the variables only those that report where it runs.

use std::env;
use std::process::Command;

/// Names of the variables that child processes inherit: search paths, folders, the user, language and time zone, the terminal,
/// and certificates. The variables of proxies are not part of the list, because their addresses can contain passwords.
pub const INHERITED_VARIABLES: &[&str] = &[
    "PATH",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "TMP",
    "TEMP",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_ADDRESS",
    "LC_COLLATE",
    "LC_CTYPE",
    "LC_IDENTIFICATION",
    "LC_MEASUREMENT",
    "LC_MESSAGES",
    "LC_MONETARY",
    "LC_NAME",
    "LC_NUMERIC",
    "LC_PAPER",
    "LC_TELEPHONE",
    "LC_TIME",
    "TZ",
    "TZDIR",
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    // Windows: programs do not start without the first ones.
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "COMSPEC",
    "PATHEXT",
    "OS",
    "NUMBER_OF_PROCESSORS",
    "PROCESSOR_ARCHITECTURE",
    "USERPROFILE",
    "USERNAME",
    "USERDOMAIN",
    "HOMEDRIVE",
    "HOMEPATH",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "PROGRAMFILES(X86)",
    "COMMONPROGRAMFILES",
    "PUBLIC",
];

/// Limits the inheritance of a command that is not started yet: [`INHERITED_VARIABLES`] and the standard streams.
///
/// Variables that are set afterwards are added.
pub fn limit_inheritance(command: &mut Command) {
    command.env_clear();
    command.envs(INHERITED_VARIABLES.iter().filter_map(|name| Some((name, env::var_os(name)?))));
    close_files_on_exec(command);
}

/// Closes all files but the standard streams when the program starts. Libraries of plugins open files that would be
/// inherited, and a shell can have passed some to this process.
#[cfg(unix)]
#[expect(
    unsafe_code,
    reason = "only a process between fork and exec can mark its files without a race with other threads"
)]
fn close_files_on_exec(command: &mut Command) {
    let max_files = max_files();
    // SAFETY: The closure runs between fork and exec, where only async-signal-safe calls are allowed. It makes system calls,
    // allocates nothing and takes no lock. Files are only marked, so that the standard library's own pipe still works.
    unsafe {
        std::os::unix::process::CommandExt::pre_exec(command, move || {
            mark_files(max_files);
            Ok(())
        });
    }
}

#[cfg(unix)]
#[expect(unsafe_code, reason = "the numbers of the open files are not known, so they have no safe handles")]
fn mark_files(max_files: i32) {
    const FIRST: i32 = 3;
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        const CLOSE_RANGE_CLOEXEC: libc::c_uint = 4;
        // SAFETY: marks numbers of files; numbers that are not in use are skipped.
        if unsafe { libc::syscall(libc::SYS_close_range, FIRST, libc::c_uint::MAX, CLOSE_RANGE_CLOEXEC) } == 0 {
            return;
        }
        // Linux before 5.11.
    }
    for file in FIRST..max_files {
        // SAFETY: sets a mark; a number that is not in use is an error without effect.
        unsafe { libc::fcntl(file, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
}

/// Returns an upper bound of the numbers of open files, if the limit of the process has a usual size.
#[cfg(unix)]
fn max_files() -> i32 {
    const MAX: u64 = 1 << 16;
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    i32::try_from(limit.unwrap_or(MAX).min(MAX)).unwrap_or(i32::MAX)
}

/// The standard library opens files so that children do not inherit them.
#[cfg(not(unix))]
fn close_files_on_exec(_: &mut Command) {}
