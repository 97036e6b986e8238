//! Stage 3: reads cached answers.

use super::question::{Answer, RowKey};
use super::record;
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::CacheClient;

/// The cached answers of some keys.
#[derive(Debug, Default)]
pub struct LookupResult {
    /// One entry per key; `None` for a cache miss.
    pub answers: Vec<Option<Answer>>,
    /// Damaged entries; they count as cache misses.
    pub damaged: u64,
}

/// Looks up many keys at once.
///
/// # Errors
/// When the cache cannot be read.
pub async fn look_up(cache: &CacheClient, keys: &[RowKey]) -> Result<LookupResult, Error> {
    if keys.is_empty() {
        return Ok(LookupResult::default());
    }
    let raw: Vec<[u8; 32]> = keys.iter().map(|key| key.0).collect();
    let values = cache.get_many(&raw).await?;
    let mut damaged = 0;
    let answers = values.all()?.into_iter().zip(keys).map(|(value, key)| match record::decode(key, value?) {
        Ok((_, answer)) => Some(Answer::from(answer)),
        Err(damage) => {
            damaged += 1;
            tracing::warn!(key = %key.hex(), %damage, "a cached answer is damaged and counts as a miss");
            None
        }
    });
    let answers = answers.collect();
    Ok(LookupResult { answers, damaged })
}
