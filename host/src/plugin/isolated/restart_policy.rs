//! Which calls may share a process.
//!
//! Calls that are under way together end together, and nobody can tell whose fault it was. So a call that ended with its
//! process is made alone when it is made again: the one that is at fault harms no other any more, and no call is
//! lost to the fault of others twice.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Lets calls in: most together, suspects alone.
#[derive(Default)]
pub(super) struct RestartPolicy {
    lock: RwLock<()>,
    suspects: Mutex<HashSet<u64>>,
}

/// A call that is let in, until it is dropped.
pub(super) struct Turn<'a> {
    restart_policy: &'a RestartPolicy,
    call: u64,
    guard: Guard<'a>,
}

enum Guard<'a> {
    Together(#[expect(dead_code, reason = "held")] RwLockReadGuard<'a, ()>),
    Alone(#[expect(dead_code, reason = "held")] RwLockWriteGuard<'a, ()>),
}

impl RestartPolicy {
    /// Waits until a call with this payload may be made.
    pub(super) async fn enter(&self, payload: &[u8]) -> Turn<'_> {
        let mut hasher = DefaultHasher::new();
        payload.hash(&mut hasher);
        let call = hasher.finish();
        let suspect = self.suspects().contains(&call);
        let guard =
            if suspect { Guard::Alone(self.lock.write().await) } else { Guard::Together(self.lock.read().await) };
        Turn { restart_policy: self, call, guard }
    }

    fn suspects(&self) -> MutexGuard<'_, HashSet<u64>> {
        self.suspects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn<'_> {
    /// The call was answered, so it is harmless.
    pub(super) fn answered(&self) {
        if matches!(self.guard, Guard::Alone(_)) {
            self.restart_policy.suspects().remove(&self.call);
        }
    }

    /// The call ended with its process.
    pub(super) fn lost(&self) {
        self.restart_policy.suspects().insert(self.call);
    }
}
