//! Decides which calls may share a process.
//!
//! Calls in flight end together with their process, whichever of them caused the end. So a call that ended with its process
//! is retried alone: a faulty call harms no other again, and no call is lost to another one twice.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// Admits calls: suspects alone, all others together.
#[derive(Default)]
pub(super) struct RestartPolicy {
    lock: RwLock<()>,
    suspects: Mutex<HashSet<u64>>,
}

/// An admitted call, until it is dropped.
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
    /// Waits until a call with this payload is admitted.
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
    /// Marks the call as harmless, since it was answered.
    pub(super) fn answered(&self) {
        if matches!(self.guard, Guard::Alone(_)) {
            self.restart_policy.suspects().remove(&self.call);
        }
    }

    /// Marks the call as a suspect, since it ended with its process.
    pub(super) fn lost(&self) {
        self.restart_policy.suspects().insert(self.call);
    }
}
