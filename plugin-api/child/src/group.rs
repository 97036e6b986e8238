//! A program and all that it starts, as one group that can be ended together.

use std::io;
use std::process::{Child, Command};

/// Starts the program in a group of its own: it can be ended with all that it has started, and a Ctrl-C in the terminal
/// reaches only this process, which then decides what becomes of it.
#[cfg(unix)]
pub(crate) fn separate(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

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
