//! Stage 11: stores answers in the cache.
//!
//! One thread commits. Answers that arrive during a commit go into the next one, so that calls that finish together share
//! a commit. A call counts as done only when its answers are durable.

use super::question::RowKey;
use rowsmith_plugin_api::bridge::client::CacheClient;
use rowsmith_plugin_api::{Error, ErrorKind};
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

/// Maximum calls that wait for a commit.
const QUEUE: usize = 256;

struct Write {
    entries: Vec<([u8; 32], Vec<u8>)>,
    done: oneshot::Sender<Result<(), Error>>,
}

/// Sends answers to the thread that commits them.
#[derive(Clone)]
pub struct Persister(mpsc::Sender<Write>);

impl Persister {
    /// Starts the thread, which ends with the last handle.
    ///
    /// Entries expire after a time, if it is given.
    pub fn start(cache: CacheClient, expire_after: Option<Duration>) -> Self {
        let (sender, receiver) = mpsc::channel(QUEUE);
        let runtime = Handle::current();
        let thread = std::thread::Builder::new().name("commit".to_owned());
        if let Err(error) = thread.spawn(move || runtime.block_on(commit_all(&cache, expire_after, receiver))) {
            // Every answer then fails to be stored, which ends the run.
            tracing::error!(%error, "cannot start the thread that writes to the cache");
        }
        Self(sender)
    }

    /// Stores values and returns once they are durable.
    pub async fn put(&self, values: Vec<(RowKey, Vec<u8>)>) -> Result<(), Error> {
        if values.is_empty() {
            return Ok(());
        }
        let entries = values.into_iter().map(|(key, value)| (key.0, value)).collect();
        let (done, result) = oneshot::channel();
        let gone = || Error::new(ErrorKind::Other, "the thread that writes to the cache has ended");
        self.0.send(Write { entries, done }).await.map_err(|_| gone())?;
        result.await.map_err(|_| gone())?
    }
}

async fn commit_all(cache: &CacheClient, expire_after: Option<Duration>, mut receiver: mpsc::Receiver<Write>) {
    let mut writes = Vec::new();
    while receiver.recv_many(&mut writes, QUEUE).await > 0 {
        let entries: Vec<_> = writes.iter_mut().flat_map(|write| write.entries.drain(..)).collect();
        let result = match expire_after {
            Some(time) => cache.put_many_expiring(&entries, time).await,
            None => cache.put_many(&entries).await,
        };
        for write in writes.drain(..) {
            // A cancelled call has dropped its receiver.
            drop(write.done.send(result.clone()));
        }
    }
}
