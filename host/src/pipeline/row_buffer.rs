//! The rows between the scraper and the exporters, in the source's order. Pure.

use super::question::{Outcome, RowKey};
use rowsmith_plugin_api::row::RowChunk;
use std::collections::VecDeque;
use std::sync::Arc;

/// A row's place in the source, from 0.
pub type RowIndex = u64;

/// A row in the window.
#[derive(Debug)]
pub struct Slot {
    /// The chunk it came in.
    pub chunk: Arc<RowChunk>,
    /// Its row in the chunk.
    pub row: usize,
    /// Its key, when it has one.
    pub key: Option<RowKey>,
    /// How it ended, once it has.
    pub outcome: Option<Outcome>,
    /// Whether it ended with the answer to another row's question.
    pub duplicate: bool,
}

/// Rows in order; the front leaves when it has ended.
#[derive(Debug, Default)]
pub struct RowBuffer {
    slots: VecDeque<Slot>,
    first: RowIndex,
}

impl RowBuffer {
    /// Adds a row and returns its place.
    pub fn push(&mut self, slot: Slot) -> RowIndex {
        self.slots.push_back(slot);
        self.first + self.slots.len() as u64 - 1
    }

    /// How many rows are in the window.
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Ends a row. A row ends once; a second ending is ignored.
    pub fn end(&mut self, place: RowIndex, outcome: Outcome, duplicate: bool) -> Option<&Slot> {
        let at = usize::try_from(place.checked_sub(self.first)?).ok()?;
        let slot = self.slots.get_mut(at)?;
        if slot.outcome.is_some() {
            return None;
        }
        slot.outcome = Some(outcome);
        slot.duplicate = duplicate;
        Some(slot)
    }

    /// Takes the front row if it has ended.
    pub fn pop_ended(&mut self) -> Option<Slot> {
        self.slots.front()?.outcome.as_ref()?;
        self.first += 1;
        self.slots.pop_front()
    }

    /// Ends all rows that have not ended and returns how many there were.
    pub fn end_all(&mut self, outcome: &Outcome) -> usize {
        let mut count = 0;
        for slot in self.slots.iter_mut().filter(|slot| slot.outcome.is_none()) {
            slot.outcome = Some(outcome.clone());
            count += 1;
        }
        count
    }
}
