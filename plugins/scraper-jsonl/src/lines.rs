//! JSON Lines: one value per line.

use crate::cursor::{Cursor, too_large};
use crate::position::Position;
use rowsmith_plugin_api::prelude::*;

/// Reads the lines of a file.
pub(crate) struct Lines {
    cursor: Cursor,
    max_bytes: usize,
}

impl Lines {
    pub(crate) fn new(cursor: Cursor, max_bytes: usize) -> Self {
        Self { cursor, max_bytes }
    }

    /// Reads the next line that is not blank into `text` and returns its position; `None` at the end.
    pub(crate) fn next(&mut self, text: &mut Vec<u8>) -> Result<Option<Position>> {
        text.clear();
        if self.cursor.skip_space()?.is_none() {
            return Ok(None);
        }
        let position = self.cursor.position;
        loop {
            let buffered = self.cursor.buffered()?;
            if buffered.is_empty() {
                return Ok(Some(position));
            }
            let end = buffered.iter().position(|byte| *byte == b'\n');
            let length = end.map_or(buffered.len(), |end| end + 1);
            self.cursor.take(length, text)?;
            if text.len() > self.max_bytes {
                return Err(too_large(&self.cursor.path, position, self.max_bytes));
            }
            if end.is_some() {
                return Ok(Some(position));
            }
        }
    }
}
