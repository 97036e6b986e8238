//! Stage 3: which rows have their answer already.

use super::question::{Answer, RowKey};
use super::record;
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::bridge::client::CacheClient;

/// What the cache said.
#[derive(Debug, Default)]
pub struct Found {
    /// An answer for each key, where there is one.
    pub answers: Vec<Option<Answer>>,
    /// Entries that could not be trusted; they count as misses.
    pub damaged: u64,
}

/// Looks up many keys at once.
///
/// # Errors
/// When the cache cannot be read.
pub async fn look_up(cache: &CacheClient, keys: &[RowKey]) -> Result<Found, Error> {
    if keys.is_empty() {
        return Ok(Found::default());
    }
    let raw: Vec<[u8; 32]> = keys.iter().map(|key| key.0).collect();
    let values = cache.get_many(&raw).await?;
    let mut damaged = 0;
    let answers = values.all()?.into_iter().zip(keys).map(|(value, key)| match record::decode(key, value?) {
        Ok((_, answer)) => Some(Answer::from(answer)),
        Err(damage) => {
            damaged += 1;
            tracing::warn!(key = %key.hex(), %damage, "a cached answer is damaged and will be asked again");
            None
        }
    });
    let answers = answers.collect();
    Ok(Found { answers, damaged })
}
