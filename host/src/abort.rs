//! Tasks that end with whoever waits for them.

use tokio::task::JoinHandle;

/// A task that is aborted when nobody waits for it any more.
pub(crate) struct AbortOnDrop<T>(pub(crate) JoinHandle<T>);

impl<T> Drop for AbortOnDrop<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}
