//! Holds the rows between the scraper and the exporters, in the order of the source. Pure.

use super::question::{Outcome, RowKey};
use crate::limit::memory::{ByteGauge, HeldBytes};
use crate::plugin::row_intake::ScrapedChunk;
use std::collections::VecDeque;
use std::sync::Arc;

/// The position of a row in the source, from 0.
pub type RowIndex = u64;

/// A row in the buffer.
#[derive(Debug)]
pub struct BufferedRow {
    /// The chunk that holds the row.
    pub chunk: Arc<ScrapedChunk>,
    /// The position of the row in the chunk.
    pub row: usize,
    /// The row key; `None` for a row with nothing to ask about.
    pub key: Option<RowKey>,
    /// The outcome, once there is one.
    pub outcome: Option<Outcome>,
    /// True if the outcome comes from the question of another row.
    pub duplicate: bool,
}

impl BufferedRow {
    /// Returns the memory of the answer in bytes. Duplicates share the answer of another row.
    fn answer_bytes(&self) -> usize {
        match &self.outcome {
            Some(Outcome::Cached(answer) | Outcome::Enriched(answer)) if !self.duplicate => answer.len(),
            _ => 0,
        }
    }
}

/// Rows in order; the front row leaves when it has an outcome.
#[derive(Debug)]
pub struct RowBuffer {
    rows: VecDeque<BufferedRow>,
    first: RowIndex,
    /// The memory of the answers.
    answers: HeldBytes,
}

impl RowBuffer {
    /// Creates an empty buffer, whose answers `memory` counts.
    pub fn new(memory: &ByteGauge) -> Self {
        Self { rows: VecDeque::new(), first: 0, answers: memory.hold(0) }
    }

    /// Adds a row and returns its position.
    pub fn push(&mut self, row: BufferedRow) -> RowIndex {
        self.rows.push_back(row);
        self.first + self.rows.len() as u64 - 1
    }

    /// Returns the number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Returns whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Sets the outcome of a row. A second outcome is ignored.
    pub fn end(&mut self, index: RowIndex, outcome: Outcome, duplicate: bool) -> Option<&BufferedRow> {
        let at = usize::try_from(index.checked_sub(self.first)?).ok()?;
        let row = self.rows.get_mut(at)?;
        if row.outcome.is_some() {
            return None;
        }
        row.outcome = Some(outcome);
        row.duplicate = duplicate;
        self.answers.grow(row.answer_bytes());
        Some(row)
    }

    /// Takes the front row if it has an outcome.
    pub fn pop_ended(&mut self) -> Option<BufferedRow> {
        self.rows.front()?.outcome.as_ref()?;
        self.first += 1;
        let row = self.rows.pop_front()?;
        self.answers.shrink(row.answer_bytes());
        Some(row)
    }

    /// Sets the outcome of all open rows and returns how many there were.
    pub fn end_all(&mut self, outcome: &Outcome) -> usize {
        let mut count = 0;
        for row in self.rows.iter_mut().filter(|row| row.outcome.is_none()) {
            row.outcome = Some(outcome.clone());
            count += 1;
        }
        count
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::question::SkipReason;

    const SKIPPED: Outcome = Outcome::Skipped(SkipReason::Offline);

    fn row() -> BufferedRow {
        let rows = rowsmith_plugin_api::row::ChunkBuilder::new().take();
        let chunk = Arc::new(ScrapedChunk::new(rows, &ByteGauge::new(usize::MAX)));
        BufferedRow { chunk, row: 0, key: None, outcome: None, duplicate: false }
    }

    #[test]
    fn rows_leave_in_order_and_end_once() {
        let mut buffer = RowBuffer::new(&ByteGauge::new(usize::MAX));
        let indexes: Vec<_> = (0..3).map(|_| buffer.push(row())).collect();
        assert_eq!(indexes, [0, 1, 2]);
        assert!(buffer.end(1, SKIPPED, false).is_some());
        assert!(buffer.end(1, SKIPPED, false).is_none(), "a second outcome is ignored");
        assert!(buffer.pop_ended().is_none(), "the front row is still open");
        assert!(buffer.end(0, SKIPPED, true).is_some_and(|row| row.duplicate));
        assert!(buffer.pop_ended().is_some() && buffer.pop_ended().is_some() && buffer.pop_ended().is_none());
        assert!(buffer.end(0, SKIPPED, false).is_none(), "the row has left");
        assert_eq!((buffer.end_all(&SKIPPED), buffer.len()), (1, 1));
    }

    #[test]
    fn answers_count_until_their_rows_leave_and_once_for_duplicates() {
        let memory = ByteGauge::new(10);
        let mut buffer = RowBuffer::new(&memory);
        for duplicate in [false, true] {
            let index = buffer.push(row());
            buffer.end(index, Outcome::Enriched("0123456789".into()), duplicate);
        }
        assert!(!memory.has_room(1));
        drop(buffer.pop_ended());
        assert!(memory.has_room(10));
        assert!(buffer.pop_ended().is_some() && memory.has_room(10));
        assert_eq!(memory.peak(), 10);
    }
}
