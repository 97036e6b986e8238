//! Leases on questions, so that two processes do not ask the same one.
//!
//! A lease is short and renewed while its call is in flight, so a killed process delays others only briefly. An answer may
//! have been stored between lookup and lease, therefore leased questions are looked up again.

use super::batch::{Batch, Stage};
use super::lookup::look_up;
use super::question::{Question, RowKey};
use crate::limit::availability::is_away;
use crate::limit::clock::Clock;
use crate::settings::test_time::scaled;
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::CacheClient;
use rowsmith_plugin_api::lease::LeaseRequest;
use std::convert::Infallible;
use std::pin::pin;
use std::time::Duration;
use tokio::time::sleep;

/// Time to live of a lease that is not renewed.
const LEASE: Duration = Duration::from_secs(6);
/// Renewal interval; two renewals may fail before the lease expires.
const RENEW_EVERY: Duration = Duration::from_secs(2);

/// Takes, renews and releases the leases of a run.
pub struct Leases {
    cache: CacheClient,
    owner: u64,
    clock: Clock,
    refresh: bool,
}

impl Leases {
    /// Creates the leases of a cache. With `refresh`, stored answers are ignored.
    pub fn new(cache: CacheClient, clock: Clock, refresh: bool) -> Self {
        Self { cache, owner: fastrand::u64(..), clock, refresh }
    }

    /// Leases the questions of a batch; removes and returns those that another process is asking or has answered.
    pub async fn take(&self, batch: &mut Batch) -> Vec<Question> {
        if batch.stage == Stage::Audit {
            // An audit asks questions that are answered.
            return Vec::new();
        }
        let keys: Vec<RowKey> = batch.questions.iter().map(|question| question.key).collect();
        let granted = match self.claim(&keys).await {
            Ok(granted) => granted,
            Err(error) => {
                warn(&error, "questions cannot be leased; another process may ask the same ones");
                return Vec::new();
            }
        };
        let answered = self.answered(&keys).await;
        let leased = keys.into_iter().zip(&granted).zip(&answered);
        let not_needed = leased.filter(|((_, granted), answered)| **granted && **answered).map(|((key, _), _)| key);
        self.release(&not_needed.collect::<Vec<_>>()).await;
        let mut ours = granted.into_iter().zip(answered).map(|(granted, answered)| granted && !answered);
        batch.questions.extract_if(.., |_| !ours.next().unwrap_or(true)).collect()
    }

    /// Runs work on questions and renews their leases meanwhile.
    pub async fn hold<T>(&self, keys: &[RowKey], work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        let mut renewals = pin!(self.renew(keys));
        tokio::select! {
            biased;
            result = &mut work => result,
            never = &mut renewals => match never {},
        }
    }

    /// Renews leases until it is dropped. A renewal may take as long as the cache is unavailable.
    async fn renew(&self, keys: &[RowKey]) -> Infallible {
        loop {
            sleep(scaled(RENEW_EVERY)).await;
            if let Err(error) = self.claim(keys).await {
                warn(&error, "leases cannot be renewed; another process may ask the same questions");
            }
        }
    }

    /// Releases leases.
    pub async fn release(&self, keys: &[RowKey]) {
        if keys.is_empty() {
            return;
        }
        if let Err(error) = self.cache.release_many(self.owner, &raw(keys)).await {
            warn(&error, "leases cannot be released; they expire");
        }
    }

    async fn claim(&self, keys: &[RowKey]) -> Result<Vec<bool>, Error> {
        let request = LeaseRequest {
            owner: self.owner,
            now_ms: self.clock.now_ms(),
            lease_ms: u64::try_from(scaled(LEASE).as_millis()).unwrap_or(u64::MAX),
            keys: raw(keys),
        };
        self.cache.lease_many(&request).await
    }

    /// Returns for each key whether its answer is stored. A cache failure is reported by the lookup stage.
    async fn answered(&self, keys: &[RowKey]) -> Vec<bool> {
        if self.refresh {
            return vec![false; keys.len()];
        }
        match look_up(&self.cache, keys).await {
            Ok(found) => found.answers.iter().map(Option::is_some).collect(),
            Err(_) => vec![false; keys.len()],
        }
    }
}

/// Logs an error, unless the outage of the cache is logged already.
fn warn(error: &Error, consequence: &str) {
    if !is_away(error) {
        tracing::warn!(%error, "{consequence}");
    }
}

fn raw(keys: &[RowKey]) -> Vec<[u8; 32]> {
    keys.iter().map(|key| key.0).collect()
}
