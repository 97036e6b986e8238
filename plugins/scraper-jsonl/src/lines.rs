//! JSON Lines: one value a line.

use crate::cursor::{Cursor, too_large};
use crate::place::Place;
use rowsmith_plugin_api::prelude::*;

/// Reads one line after the other.
pub(crate) struct Lines {
    cursor: Cursor,
    max_bytes: usize,
}

impl Lines {
    pub(crate) fn new(cursor: Cursor, max_bytes: usize) -> Self {
        Self { cursor, max_bytes }
    }

    /// Reads the next line that is not blank into `text` and returns where it begins; nothing at the end.
    pub(crate) fn next(&mut self, text: &mut Vec<u8>) -> Result<Option<Place>> {
        text.clear();
        if self.cursor.skip_space()?.is_none() {
            return Ok(None);
        }
        let place = self.cursor.place;
        loop {
            let waiting = self.cursor.waiting()?;
            if waiting.is_empty() {
                return Ok(Some(place));
            }
            let end = waiting.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(waiting.len(), |end| end + 1);
            self.cursor.take(length, text)?;
            if text.len() > self.max_bytes {
                return Err(too_large(&self.cursor.path, place, self.max_bytes));
            }
            if end.is_some() {
                return Ok(Some(place));
            }
        }
    }
}
