//! A program and all that it starts, as one group that can be ended together, and that ends with this process.

use std::io;
use std::process::{Child, Command};

/// Starts the program in a group of its own: it can be ended with all that it has started, and a Ctrl-C in the terminal
/// reaches only this process, which then decides what becomes of it.
#[cfg(unix)]
pub(crate) fn separate(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

/// Has the kernel kill the program when the thread that starts it ends: that thread must outlive the program.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[expect(unsafe_code, reason = "only between fork and exec can a process ask for this")]
pub(crate) fn tie_to_this_thread(command: &mut Command) {
    use rustix::process::{Signal, set_parent_process_death_signal};
    // SAFETY: The closure runs between fork and exec, where only calls that are safe in a signal handler are allowed. It
    // makes one system call, allocates nothing and takes no lock; an error becomes one without allocating as well.
    unsafe {
        std::os::unix::process::CommandExt::pre_exec(command, || {
            Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
        });
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn tie_to_this_thread(_: &mut Command) {}

/// Kills the group. `child` must not have been waited for yet: until then, nobody else can have its number.
#[cfg(unix)]
pub(crate) fn kill(child: &mut Child) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process_group};
    match i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        Some(group) => Ok(kill_process_group(group, Signal::KILL)?),
        None => child.kill(),
    }
}

/// Returns once the program has ended, without taking its status, so that its number stays its own.
#[cfg(unix)]
pub(crate) fn wait_for_end(id: u32) {
    use rustix::io::Errno;
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw) else { return };
    while matches!(waitid(WaitId::Pid(id), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT), Err(Errno::INTR)) {}
}

/// Elsewhere only the program itself is killed.
#[cfg(not(unix))]
pub(crate) fn separate(_: &mut Command) {}

#[cfg(not(unix))]
pub(crate) fn kill(child: &mut Child) -> io::Result<()> {
    child.kill()
}
