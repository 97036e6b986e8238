//! Leases on questions, so that two processes do not ask the same.
//!
//! A claim is short and renewed while its call is under way, so a process that was killed holds up no other for
//! long. And since an answer may have been stored between look-up and claim, claimed questions are looked up again.

use super::batch::{Batch, Stage};
use super::lookup::look_up;
use super::question::{Question, RowKey};
use crate::limit::clock::Clock;
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::CacheClient;
use rowsmith_plugin_api::cache::ClaimRequest;
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;

/// How long a claim holds when nobody renews it.
const LEASE: Duration = Duration::from_secs(6);
/// How often it is renewed: twice may fail.
const RENEW_EVERY: Duration = Duration::from_secs(2);

/// The leases of a run.
pub struct Leases {
    cache: CacheClient,
    owner: u64,
    clock: Clock,
    refresh: bool,
}

impl Leases {
    /// Leases that this cache keeps. With `refresh`, stored answers do not count.
    pub fn new(cache: CacheClient, clock: Clock, refresh: bool) -> Self {
        Self { cache, owner: random(), clock, refresh }
    }

    /// Leases the questions of a batch; takes out those that another process is asking, or has asked meanwhile.
    pub async fn take(&self, batch: &mut Batch) -> Vec<Question> {
        if batch.stage == Stage::Audit {
            // An audit asks what is answered already.
            return Vec::new();
        }
        let keys: Vec<RowKey> = batch.questions.iter().map(|question| question.key).collect();
        let granted = match self.claim(&keys).await {
            Ok(granted) if granted.len() == keys.len() => granted,
            Ok(_) => return Vec::new(),
            Err(error) => {
                tracing::warn!(%error, "questions cannot be claimed; another process may ask the same");
                return Vec::new();
            }
        };
        let answered = self.answered(&keys).await;
        let claimed = keys.into_iter().zip(&granted).zip(&answered);
        let for_nothing = claimed.filter(|((_, granted), answered)| **granted && **answered).map(|((key, _), _)| key);
        self.release(&for_nothing.collect::<Vec<_>>()).await;
        let mut ours = granted.into_iter().zip(answered).map(|(granted, answered)| granted && !answered);
        batch.questions.extract_if(.., |_| !ours.next().unwrap_or(true)).collect()
    }

    /// Carries out work on questions and renews the leases meanwhile.
    pub async fn hold<T>(&self, keys: &[RowKey], work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        loop {
            if let Ok(result) = timeout(RENEW_EVERY, &mut work).await {
                return result;
            }
            if let Err(error) = self.claim(keys).await {
                tracing::warn!(%error, "leases cannot be renewed; another process may ask the same");
            }
        }
    }

    /// Gives leases back.
    pub async fn release(&self, keys: &[RowKey]) {
        if keys.is_empty() {
            return;
        }
        if let Err(error) = self.cache.release_many(self.owner, &raw(keys)).await {
            tracing::warn!(%error, "leases cannot be given back; they end by themselves");
        }
    }

    async fn claim(&self, keys: &[RowKey]) -> Result<Vec<bool>, Error> {
        let request = ClaimRequest {
            owner: self.owner,
            now_ms: self.clock.now_ms(),
            lease_ms: u64::try_from(LEASE.as_millis()).unwrap_or(u64::MAX),
            keys: raw(keys),
        };
        self.cache.claim_many(&request).await
    }

    /// For each key whether its answer is stored by now. A cache that cannot say fails the run elsewhere.
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

fn raw(keys: &[RowKey]) -> Vec<[u8; 32]> {
    keys.iter().map(|key| key.0).collect()
}

fn random() -> u64 {
    use std::hash::{BuildHasher, Hasher};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}
