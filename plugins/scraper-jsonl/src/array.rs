//! Splits a JSON array into its elements.
//!
//! The scan only finds the end of each element; the parser validates it later.

use crate::cursor::{Cursor, too_large};
use crate::position::Position;
use rowsmith_plugin_api::prelude::*;

/// Reads the elements of an array.
pub(crate) struct Array {
    cursor: Cursor,
    max_bytes: usize,
    state: ArrayState,
}

#[derive(PartialEq, Eq)]
enum ArrayState {
    Start,
    Inside,
    End,
}

/// State of the scan for the end of an element.
#[derive(Default)]
struct ElementScan {
    depth: usize,
    in_string: bool,
    is_escaped: bool,
}

impl Array {
    /// Reads the array that starts at the cursor.
    pub(crate) fn new(cursor: Cursor, max_bytes: usize) -> Self {
        Self { cursor, max_bytes, state: ArrayState::Start }
    }

    /// Reads the next element into `text` and returns its position; `None` at the end.
    pub(crate) fn next(&mut self, text: &mut Vec<u8>) -> Result<Option<Position>> {
        text.clear();
        if self.state == ArrayState::End {
            return Ok(None);
        }
        let is_first = self.state == ArrayState::Start;
        match self.cursor.skip_space()? {
            // The comma after the previous element, or the opening bracket.
            Some(byte @ (b',' | b'[')) => self.cursor.pass(byte),
            Some(byte @ b']') => {
                self.cursor.pass(byte);
                return self.end().map(|()| None);
            }
            _ => return Err(self.unclosed()),
        }
        self.state = ArrayState::Inside;
        match self.cursor.skip_space()? {
            Some(byte @ b']') if is_first => {
                self.cursor.pass(byte);
                self.end().map(|()| None)
            }
            Some(b',' | b']') => {
                let error = self.cursor.invalid("an element of the array is missing");
                Err(error.hint("remove the comma before it: JSON has no comma after the last element"))
            }
            _ => self.element(text).map(Some),
        }
    }

    fn element(&mut self, text: &mut Vec<u8>) -> Result<Position> {
        let position = self.cursor.position;
        let mut scan = ElementScan::default();
        loop {
            let buffered = self.cursor.buffered()?;
            if buffered.is_empty() {
                return Err(self.unclosed());
            }
            let end = buffered.iter().position(|byte| scan.ends_before(*byte));
            let length = end.unwrap_or(buffered.len());
            self.cursor.take(length, text)?;
            if text.len() > self.max_bytes {
                return Err(too_large(&self.cursor.path, position, self.max_bytes));
            }
            if end.is_some() {
                return Ok(position);
            }
        }
    }

    fn end(&mut self) -> Result<()> {
        self.state = ArrayState::End;
        match self.cursor.skip_space()? {
            None => Ok(()),
            Some(_) => Err(self.cursor.invalid("unexpected text after the end of the array")),
        }
    }

    fn unclosed(&self) -> Error {
        self.cursor.invalid("the array is not closed; the file is incomplete")
    }
}

impl ElementScan {
    /// Returns whether the element ends before this byte.
    fn ends_before(&mut self, byte: u8) -> bool {
        if self.in_string {
            self.in_string = self.is_escaped || byte != b'"';
            self.is_escaped = !self.is_escaped && byte == b'\\';
            return false;
        }
        match byte {
            b',' | b']' if self.depth == 0 => return true,
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        false
    }
}
