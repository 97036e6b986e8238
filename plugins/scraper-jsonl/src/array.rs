//! One JSON array, read element by element.
//!
//! Only as much of JSON is understood here as it takes to see where an element ends; whether it is valid is seen when
//! it is parsed.

use crate::cursor::{Cursor, too_large};
use crate::place::Place;
use rowsmith_plugin_api::prelude::*;

/// Reads one element after the other.
pub(crate) struct Array {
    cursor: Cursor,
    max_bytes: usize,
    state: State,
}

#[derive(PartialEq, Eq)]
enum State {
    Start,
    Inside,
    End,
}

/// How far the end of an element was looked for.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
}

impl Array {
    /// The cursor stands at the opening bracket.
    pub(crate) fn new(cursor: Cursor, max_bytes: usize) -> Self {
        Self { cursor, max_bytes, state: State::Start }
    }

    /// Reads the next element into `text` and returns where it begins; nothing at the end.
    pub(crate) fn next(&mut self, text: &mut Vec<u8>) -> Result<Option<Place>> {
        text.clear();
        if self.state == State::End {
            return Ok(None);
        }
        let first = self.state == State::Start;
        match self.cursor.skip_space()? {
            // The comma behind the last element, or the opening bracket.
            Some(byte @ (b',' | b'[')) => self.cursor.pass(byte),
            Some(byte @ b']') => {
                self.cursor.pass(byte);
                return self.end().map(|()| None);
            }
            _ => return Err(self.cut_off()),
        }
        self.state = State::Inside;
        match self.cursor.skip_space()? {
            Some(byte @ b']') if first => {
                self.cursor.pass(byte);
                self.end().map(|()| None)
            }
            Some(b',' | b']') => Err(self.cursor.invalid("an element of the array is missing")),
            _ => self.element(text).map(Some),
        }
    }

    fn element(&mut self, text: &mut Vec<u8>) -> Result<Place> {
        let place = self.cursor.place;
        let mut scan = Scan::default();
        loop {
            let waiting = self.cursor.waiting()?;
            if waiting.is_empty() {
                return Err(self.cut_off());
            }
            let end = waiting.iter().position(|byte| scan.ends_before(*byte));
            let length = end.unwrap_or(waiting.len());
            self.cursor.take(length, text)?;
            if text.len() > self.max_bytes {
                return Err(too_large(&self.cursor.path, place, self.max_bytes));
            }
            if end.is_some() {
                return Ok(place);
            }
        }
    }

    fn end(&mut self) -> Result<()> {
        self.state = State::End;
        match self.cursor.skip_space()? {
            None => Ok(()),
            Some(_) => Err(self.cursor.invalid("there is more behind the end of the array")),
        }
    }

    fn cut_off(&self) -> Error {
        self.cursor.invalid("the array is not closed; the file seems to be cut off")
    }
}

impl Scan {
    /// Whether the element is over before this byte.
    fn ends_before(&mut self, byte: u8) -> bool {
        if self.in_string {
            self.in_string = self.escaped || byte != b'"';
            self.escaped = !self.escaped && byte == b'\\';
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
