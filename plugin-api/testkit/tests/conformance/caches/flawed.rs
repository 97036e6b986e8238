//! A cache with one flaw.

use rowsmith_plugin_api::prelude::*;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The settings of the flawed cache.
#[derive(PluginConfig)]
pub(super) struct Config {
    /// Name of the flaw.
    flaw: String,
    /// File of the entries.
    path: PathBuf,
}

type Entries = BTreeMap<Key, Vec<u8>>;

#[derive(Default)]
struct FlawedState {
    entries: Entries,
    taken: HashMap<(String, String), Vec<(u64, u64)>>,
    leases: HashMap<Key, (u64, u64)>,
    ends: HashMap<Key, Instant>,
}

/// Keeps entries in memory. A persistent one also writes them to a file, which it reads only when it opens.
pub(super) struct Flawed {
    config: Config,
    state: Mutex<FlawedState>,
}

impl Flawed {
    fn has(&self, flaw: &str) -> bool {
        self.config.flaw == flaw
    }

    /// Locks the state and removes the entries that have ended.
    fn state(&self) -> MutexGuard<'_, FlawedState> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let FlawedState { entries, ends, .. } = &mut *state;
        ends.retain(|key, end| *end > now || entries.remove(key).is_none());
        state
    }

    fn change(state: &mut FlawedState, change: Change) {
        state.ends.remove(change.key());
        match change {
            Change::Put(key, value) => drop(state.entries.insert(key, value)),
            Change::Delete(key) => drop(state.entries.remove(&key)),
        }
    }

    fn key(&self, key: &Key) -> Key {
        let mut key = *key;
        if self.has("cuts keys") {
            key[31] = 0;
        }
        key
    }

    /// The time of the clock that the store declares, unless it trusts the hosts.
    fn now_ms(&self, request: u64) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        if self.has("own clock") { u64::try_from(now.as_millis()).unwrap_or(u64::MAX) } else { request }
    }

    fn is_persistent(&self) -> bool {
        matches!(self.config.flaw.as_str(), "owns its file" | "writes late" | "forgets all")
    }

    fn save(&self) -> Result<()> {
        let entries: Vec<(Key, Vec<u8>)> = self.state().entries.clone().into_iter().collect();
        let text = serde_json::to_vec(&entries)?;
        let draft = self.config.path.with_extension(std::process::id().to_string());
        std::fs::write(&draft, text).map_err(|error| Error::io("write", &draft, &error))?;
        std::fs::rename(&draft, &self.config.path).map_err(|error| Error::io("rename", &draft, &error))
    }
}

impl Drop for Flawed {
    fn drop(&mut self) {
        if self.has("writes late") {
            drop(self.save());
        }
    }
}

impl Cache for Flawed {
    type Config = Config;

    fn new(config: Config, _host: Host) -> Result<Self> {
        let mut entries = Entries::new();
        if let (Ok(text), false) = (std::fs::read(&config.path), config.flaw == "forgets all") {
            entries = serde_json::from_slice::<Vec<(Key, Vec<u8>)>>(&text)?.into_iter().collect();
        }
        Ok(Self { config, state: Mutex::new(FlawedState { entries, ..FlawedState::default() }) })
    }

    fn store(&self) -> Store {
        let name = self.config.path.display().to_string();
        let store = if self.is_persistent() { Store::persistent(name) } else { Store::temporary(name) };
        store.with_clock(if self.config.flaw.contains("clock") { StoreClock::Own } else { StoreClock::Host })
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Vec<u8>>>> {
        let mut keys = keys.to_vec();
        if self.has("sorts answers") {
            keys.sort_unstable();
        }
        let state = self.state();
        let mut values: Vec<_> = keys.iter().map(|key| state.entries.get(&self.key(key)).cloned()).collect();
        if self.has("loses empty values") {
            values = values.into_iter().map(|value| value.filter(|bytes| !bytes.is_empty())).collect();
        }
        Ok(values)
    }

    async fn put_many(&self, entries: Vec<(Key, Vec<u8>)>) -> Result<()> {
        // The keys of the check with several threads.
        if self.has("blocks threads") && entries.iter().any(|(key, _)| key[0] == 99) {
            std::thread::park();
        }
        for (key, value) in entries {
            let key = self.key(&key);
            let mut state = self.state();
            if self.has("keeps the first") {
                state.entries.entry(key).or_insert(value);
            } else {
                if !self.has("keeps the expiry") {
                    state.ends.remove(&key);
                }
                state.entries.insert(key, value);
            }
        }
        if self.has("owns its file") { self.save() } else { Ok(()) }
    }

    async fn scan(&self, after: Option<Key>, limit: usize) -> Result<Vec<(Key, Vec<u8>)>> {
        let state = self.state();
        let is_after = |key: &Key| match after {
            Some(after) if self.has("begins too early") => *key >= after,
            Some(after) => *key > after,
            None => true,
        };
        let limit = if self.has("knows no limit") { usize::MAX } else { limit };
        let mut found: Vec<_> =
            state.entries.iter().filter(|(key, _)| is_after(key)).take(limit).map(|(k, v)| (*k, v.clone())).collect();
        if self.has("scans backwards") {
            found.reverse();
        }
        Ok(found)
    }

    async fn delete_many(&self, keys: &[Key]) -> Result<u64> {
        let mut state = self.state();
        let gone = keys.iter().filter(|key| state.entries.remove(*key).is_some()).count();
        let counted = if self.has("counts requested keys") { keys.len() } else { gone };
        Ok(count(counted))
    }

    async fn clear(&self) -> Result<u64> {
        let there = self.state().entries.len();
        if !self.has("does not clear") {
            self.state().entries.clear();
        }
        Ok(count(there))
    }

    async fn stats(&self) -> Result<CacheStats> {
        let entries = if self.has("counts to seven") { 7 } else { self.state().entries.len() };
        Ok(CacheStats { entries: count(entries), ..CacheStats::default() })
    }

    async fn verify(&self) -> Result<Vec<String>> {
        Ok(if self.has("reports damage") { vec!["page 3 is damaged".to_owned()] } else { Vec::new() })
    }

    async fn acquire_quota(&self, mut request: QuotaRequest) -> Result<u64> {
        request.now_ms = self.now_ms(request.now_ms);
        let mut state = self.state();
        let mut wait = 0;
        for window in &request.windows {
            let name = if self.has("has one quota") { String::new() } else { request.name.clone() };
            let taken = state.taken.entry((name, window.unit.clone())).or_default();
            taken.retain(|(time, _)| time + window.window_ms > request.now_ms);
            let used: u64 = taken.iter().map(|(_, amount)| amount).sum();
            let is_large = used == 0 && !self.has("blocks large amounts");
            if used + window.amount > window.limit && window.amount > 0 && !is_large && !self.has("grants everything") {
                wait = if self.has("waits too briefly") { window.window_ms / 2 } else { window.window_ms };
            } else if self.has("takes in part") || request.windows.len() == 1 {
                taken.push((request.now_ms, window.amount));
            }
        }
        Ok(wait)
    }

    async fn lease_many(&self, mut request: LeaseRequest) -> Result<Vec<bool>> {
        request.now_ms = self.now_ms(request.now_ms);
        let mut state = self.state();
        let mut grant = |key: &Key| {
            let held = state.leases.get(key).is_some_and(|(owner, until)| {
                *owner != request.owner && (*until > request.now_ms || self.has("never expires"))
            });
            let is_owners = state.leases.get(key).is_some_and(|(owner, _)| *owner == request.owner);
            if !(held || is_owners && self.has("renews nothing")) {
                state.leases.insert(*key, (request.owner, request.now_ms + request.lease_ms));
            }
            !held || self.has("grants everything")
        };
        Ok(request.keys.iter().map(&mut grant).collect())
    }

    async fn put_many_expiring(&self, entries: Vec<(Key, Vec<u8>)>, time_to_live: Duration) -> Result<()> {
        let end = Instant::now() + if self.has("ends at once") { Duration::ZERO } else { time_to_live };
        let mut state = self.state();
        for (key, value) in entries {
            if !self.has("keeps for ever") {
                state.ends.insert(key, end);
            }
            state.entries.insert(key, value);
        }
        Ok(())
    }

    async fn apply(&self, mut changes: Vec<Change>) -> Result<()> {
        if self.has("applies backwards") {
            changes.reverse();
        }
        if self.has("applies one by one") {
            for change in changes {
                Self::change(&mut self.state(), change);
                std::thread::yield_now();
            }
            return Ok(());
        }
        let mut state = self.state();
        for change in changes {
            Self::change(&mut state, change);
        }
        Ok(())
    }

    async fn finish(&self) -> Result<()> {
        if self.has("ends with a run") {
            self.state().entries.clear();
        }
        Ok(())
    }

    async fn release_many(&self, owner: u64, keys: &[Key]) -> Result<()> {
        let mut state = self.state();
        for key in keys {
            if self.has("releases for all") || state.leases.get(key).is_some_and(|(of, _)| *of == owner) {
                state.leases.remove(key);
            }
        }
        Ok(())
    }
}

fn count(entries: usize) -> u64 {
    u64::try_from(entries).unwrap_or(u64::MAX)
}
