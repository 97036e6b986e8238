//! Stage 3: reads cached answers.

use super::question::{Answer, RowKey, RowKeyMap};
use super::record::{self, RecordMeta, SuspectedText};
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::CacheClient;

/// The cached answers of some keys.
#[derive(Debug, Default)]
pub struct LookupResult {
    /// One entry per key; `None` for a cache miss.
    pub answers: Vec<Option<Answer>>,
    /// Answers of earlier runs whose check had not ended; they count as cache misses.
    pub held: RowKeyMap<HeldAnswer>,
    /// Damaged entries; they count as cache misses.
    pub damaged: u64,
}

/// An answer whose check had not ended when its run stopped.
#[derive(Debug, Clone)]
pub struct HeldAnswer {
    /// The text that many rows of its call got.
    pub suspected: SuspectedText,
    /// The answer.
    pub answer: Answer,
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
    let (mut damaged, mut held) = (0, RowKeyMap::default());
    let answers = values.all()?.into_iter().zip(keys).map(|(value, key)| match record::decode(key, value?) {
        Ok(record) if record.is_accepted => Some(Answer::from(record.answer)),
        Ok(record) => {
            let meta: RecordMeta = serde_json::from_str(record.meta).unwrap_or_default();
            if let Some(suspected) = meta.suspected {
                held.insert(*key, HeldAnswer { suspected, answer: record.answer.into() });
            }
            None
        }
        Err(damage) => {
            damaged += 1;
            tracing::warn!(key = %key.hex(), %damage, "a cached answer is damaged and counts as a miss");
            None
        }
    });
    let answers = answers.collect();
    Ok(LookupResult { answers, held, damaged })
}
