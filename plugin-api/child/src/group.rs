//! Process groups: a program and the processes that it starts, which end together and with this process.

use std::io;
use std::process::{Child, Command};

/// Starts the program in its own process group, so that it can be killed with the processes that it starts, and Ctrl-C in
/// the terminal signals only this process.
#[cfg(unix)]
pub(crate) fn set_own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

/// Makes the kernel kill the program when the thread that starts it ends. The thread must outlive the program.
#[cfg(any(target_os = "linux", target_os = "android"))]
#[expect(unsafe_code, reason = "a process can request this only between fork and exec")]
pub(crate) fn kill_with_this_thread(command: &mut Command) {
    use rustix::process::{Signal, set_parent_process_death_signal};
    // SAFETY: The closure runs between fork and exec, where only async-signal-safe calls are allowed. It makes one system
    // call, allocates nothing and takes no lock, and neither does the conversion of its error.
    unsafe {
        std::os::unix::process::CommandExt::pre_exec(command, || {
            Ok(set_parent_process_death_signal(Some(Signal::KILL))?)
        });
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
pub(crate) fn kill_with_this_thread(_: &mut Command) {}

/// Kills the group. The status of `child` must not be collected yet, so that its id is not reused.
#[cfg(unix)]
pub(crate) fn kill(child: &mut Child) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process_group};
    match i32::try_from(child.id()).ok().and_then(Pid::from_raw) {
        Some(group) => Ok(kill_process_group(group, Signal::KILL)?),
        None => child.kill(),
    }
}

/// Waits for the end of the program without collecting its status, so that its id is not reused.
#[cfg(unix)]
pub(crate) fn wait_for_end(id: u32) {
    use rustix::io::Errno;
    use rustix::process::{Pid, WaitId, WaitIdOptions, waitid};
    let Some(id) = i32::try_from(id).ok().and_then(Pid::from_raw) else { return };
    while matches!(waitid(WaitId::Pid(id), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT), Err(Errno::INTR)) {}
}

/// Other systems kill only the program itself.
#[cfg(not(unix))]
pub(crate) fn set_own_group(_: &mut Command) {}

#[cfg(not(unix))]
pub(crate) fn kill(child: &mut Child) -> io::Result<()> {
    child.kill()
}
