//! Retries the calls of a cache that reports that its store is busy or cannot be reached.

use crate::limit::availability::{Availability, RepeatRules, Success};
use rowsmith_abi::Buffer;
use rowsmith_plugin_api::bridge::client::{Caller, Remote};
use rowsmith_plugin_api::bridge::method;
use rowsmith_plugin_api::host::BoxFuture;
use rowsmith_plugin_api::{Error, Result};
use std::sync::Arc;
use std::time::Duration;

/// Time after a stop signal for storing answers that are paid for.
const STORE_AFTER_STOP: Duration = Duration::from_secs(5);

struct RetryingCache {
    inner: Arc<dyn Caller>,
    availability: Arc<Availability>,
}

/// Wraps a guarded cache.
pub fn retrying(remote: Remote, availability: Arc<Availability>) -> Remote {
    Remote::new(Arc::new(RetryingCache { inner: remote.into_caller(), availability }))
}

/// Returns the rules of a method; `None` for one whose errors are returned at once.
fn rules(method: u32) -> Option<RepeatRules> {
    match method {
        // `on_quota_error` decides about the first one. The entries are durable before the second one.
        method::ACQUIRE_QUOTA | method::FINISH_CACHE => None,
        method::STORE => Some(RepeatRules { success: Success::Plugin, ..RepeatRules::DEFAULT }),
        method::PUT_MANY | method::PUT_MANY_EXPIRING => {
            Some(RepeatRules { after_stop: STORE_AFTER_STOP, ..RepeatRules::DEFAULT })
        }
        _ => Some(RepeatRules::DEFAULT),
    }
}

impl Caller for RetryingCache {
    fn call(self: Arc<Self>, method: u32, payload: Buffer) -> BoxFuture<Result<Buffer>> {
        let Some(rules) = rules(method) else { return Arc::clone(&self.inner).call(method, payload) };
        Box::pin(async move {
            let call = || Arc::clone(&self.inner).call(method, payload.clone());
            self.availability.repeat(rules, call).await
        })
    }

    fn unreadable(&self, method: u32, error: Error) -> Error {
        self.inner.unreadable(method, error)
    }
}
