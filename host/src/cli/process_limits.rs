//! Limits of the process, checked before the first thread starts: later, the lack of a thread would be a panic.

use std::io;

/// Maximum open files to ask for; more than a run needs.
#[cfg(unix)]
const OPEN_FILES: u64 = 4_096;
/// Minimum of address space in bytes. Libraries and threads reserve much more than they use.
#[cfg(unix)]
const MIN_ADDRESS_SPACE: u64 = 2_560 << 20;
/// Threads that a run starts besides those of its runtimes.
const OTHER_THREADS: usize = 28;

/// Raises the limit of open files as far as the system allows.
pub(super) fn raise() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let limit = getrlimit(Resource::Nofile);
        let wanted = limit.maximum.map_or(OPEN_FILES, |maximum| maximum.min(OPEN_FILES));
        if limit.current.is_some_and(|current| current < wanted) {
            // The lower limit is enough for most runs; others report the missing file.
            let raised = Rlimit { current: Some(wanted), maximum: limit.maximum };
            setrlimit(Resource::Nofile, raised).unwrap_or_default();
        }
    }
}

/// Checks that the process may have the memory and the threads of a run.
///
/// # Errors
/// When a limit is too low.
pub(super) fn check() -> io::Result<()> {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, getrlimit};
        if let Some(limit) = getrlimit(Resource::As).current.filter(|limit| *limit < MIN_ADDRESS_SPACE) {
            return Err(io::Error::other(format!(
                "the limit of address space (`ulimit -v`) is {} MiB, expected at least {} MiB",
                limit >> 20,
                MIN_ADDRESS_SPACE >> 20
            )));
        }
    }
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    can_start(2 * workers + OTHER_THREADS)
}

/// Starts threads that exist at the same time, and ends them.
fn can_start(threads: usize) -> io::Result<()> {
    let mut started = Vec::with_capacity(threads);
    let mut result = Ok(());
    for number in 0..threads {
        match std::thread::Builder::new().spawn(std::thread::park) {
            Ok(thread) => started.push(thread),
            Err(error) => {
                let text = format!("the system allows {number} threads, expected at least {threads}: {error}");
                result = Err(io::Error::new(error.kind(), text));
                break;
            }
        }
    }
    for thread in started {
        thread.thread().unpark();
        // A parked thread ends without a panic.
        drop(thread.join());
    }
    result
}

#[cfg(test)]
mod tests {
    use super::{can_start, check, raise};

    #[test]
    fn usual_limits_are_enough() {
        raise();
        assert!(check().is_ok());
        assert!(can_start(0).is_ok());
    }
}
