//! One exchange with a program during a replay: compares the lines to the program, and returns those of the program.

use super::cassette::ProgramFile;
use super::mismatch::describe;
use super::program_file::ProgramEvents;
use super::replay::HINT;
use super::request_identity::BodyContent;
use super::scrub::Scrub;
use crate::error::{Error, ErrorKind, Result};
use crate::program::ProgramEvent;
use serde_json::Value;
use std::collections::VecDeque;
use std::path::Path;

/// Size of the events that are returned at once, in bytes.
const MAX_EVENT_BYTES: usize = 256 << 10;
/// Maximum characters of a command in messages.
const MAX_TITLE_CHARS: usize = 60;

/// An exchange that is replayed. Reads its file as it goes.
#[derive(Debug)]
pub struct ProgramExchange {
    /// File name, with its folder.
    name: String,
    /// The command for messages.
    program: String,
    position: Option<usize>,
    events: ProgramEvents,
    /// The event after the last one that was compared or returned.
    next: Option<ProgramEvent>,
    /// Rows of the last recorded line that were not compared yet.
    rows: VecDeque<Value>,
    /// Number of rows that were compared.
    row: u64,
    /// True once the end was returned.
    has_ended: bool,
}

impl ProgramExchange {
    /// Opens a file, behind its first line to the program.
    pub(super) fn open(folder: &Path, file: &ProgramFile) -> Result<Self> {
        let (header, mut events) = ProgramEvents::open(&folder.join(&file.name))?;
        events.next_event()?;
        let next = events.next_event()?;
        Ok(Self {
            name: file.name.clone(),
            program: title(&header.command),
            position: file.position,
            events,
            next,
            rows: VecDeque::new(),
            row: 0,
            has_ended: false,
        })
    }

    /// Position in the cassette, from 0; `None` for exchanges that may be replayed at any time.
    pub fn position(&self) -> Option<usize> {
        self.position
    }

    /// Returns whether the end of the exchange was returned.
    pub fn has_ended(&self) -> bool {
        self.has_ended
    }

    /// Compares a further line to the program with the recorded one, and appends events of the program before it to
    /// `received`. After the recorded end, nothing is compared: the program did not read the line.
    ///
    /// # Errors
    /// [`ErrorKind::BadRequest`] if the line differs; the message names the difference.
    pub fn send(&mut self, line: &str, scrub: &impl Scrub, received: &mut Vec<ProgramEvent>) -> Result<()> {
        match line_content(line, scrub) {
            BodyContent::Json(Value::Object(mut object)) if is_rows(&object) => {
                let rows = object.remove("rows").unwrap_or_default();
                for row in rows.as_array().into_iter().flatten() {
                    if self.is_over(received)? {
                        return Ok(());
                    }
                    self.compare_row(row, scrub)?;
                }
            }
            sent => {
                if !self.is_over(received)? {
                    self.compare_line(&sent, scrub)?;
                }
            }
        }
        Ok(())
    }

    /// Appends the events of the program up to the next line to it, or a part of them. Returns true if there are more.
    ///
    /// # Errors
    /// If the file cannot be read, or was cut off.
    pub fn receive(&mut self, received: &mut Vec<ProgramEvent>) -> Result<bool> {
        let (before, mut bytes) = (received.len(), 0);
        while !self.has_ended {
            match &self.next {
                Some(ProgramEvent::Sent(_)) => return Ok(false),
                Some(_) if bytes > MAX_EVENT_BYTES => return Ok(true),
                Some(ProgramEvent::Received(line)) => bytes += line.len(),
                Some(ProgramEvent::Ended(_)) => self.has_ended = true,
                None if received.len() > before => return Ok(true),
                None => return Err(self.cut_off()),
            }
            received.extend(self.advance()?);
        }
        Ok(false)
    }

    fn advance(&mut self) -> Result<Option<ProgramEvent>> {
        let next = self.events.next_event()?;
        Ok(std::mem::replace(&mut self.next, next))
    }

    /// Appends the events before the next line to the program. Returns true if the program ended there.
    fn is_over(&mut self, received: &mut Vec<ProgramEvent>) -> Result<bool> {
        if !self.rows.is_empty() {
            return Ok(false);
        }
        while self.receive(received)? {}
        Ok(self.has_ended)
    }

    fn compare_row(&mut self, sent: &Value, scrub: &impl Scrub) -> Result<()> {
        self.row += 1;
        let number = self.row;
        if self.rows.is_empty() {
            let recorded = self.recorded_line(scrub)?;
            match recorded {
                BodyContent::Json(Value::Object(mut object)) if is_rows(&object) => {
                    if let Some(Value::Array(rows)) = object.remove("rows") {
                        self.rows.extend(rows);
                    }
                }
                other => {
                    let rows = number - 1;
                    return Err(self.mismatch(&format!(
                        "row {number} is not recorded; the recording has {rows} rows before {}",
                        name_of(&other)
                    )));
                }
            }
        }
        let recorded = self.rows.pop_front().unwrap_or_default();
        if recorded == *sent {
            return Ok(());
        }
        let difference = describe(&BodyContent::Json(sent.clone()), &BodyContent::Json(recorded));
        Err(self.mismatch(&format!("row {number}: {difference}")))
    }

    fn compare_line(&mut self, sent: &BodyContent, scrub: &impl Scrub) -> Result<()> {
        if !self.rows.is_empty() {
            let row = self.row + 1;
            return Err(self.mismatch(&format!("{} was sent before the recorded row {row}", name_of(sent))));
        }
        let recorded = self.recorded_line(scrub)?;
        if recorded == *sent {
            return Ok(());
        }
        let difference = if name_of(sent) == name_of(&recorded) {
            describe(sent, &recorded)
        } else {
            format!("{} was sent, recorded is {}", name_of(sent), name_of(&recorded))
        };
        Err(self.mismatch(&difference))
    }

    /// Takes the next recorded line to the program.
    fn recorded_line(&mut self, scrub: &impl Scrub) -> Result<BodyContent> {
        match self.advance()? {
            Some(ProgramEvent::Sent(line)) => Ok(line_content(&line, scrub)),
            _ => Err(self.cut_off()),
        }
    }

    fn mismatch(&self, difference: &str) -> Error {
        let Self { name, program, .. } = self;
        Error::new(ErrorKind::BadRequest, format!("a line to `{program}` differs from {name}: {difference}")).hint(HINT)
    }

    fn cut_off(&self) -> Error {
        let Self { name, program, .. } = self;
        let message = format!("the recording of `{program}` in {name} has no end; the recorded run was killed");
        Error::new(ErrorKind::BadRequest, message).hint(HINT)
    }
}

fn is_rows(object: &serde_json::Map<String, Value>) -> bool {
    object.len() == 1 && object.get("rows").is_some_and(Value::is_array)
}

/// The name of a line for messages: its first key.
fn name_of(content: &BodyContent) -> String {
    match content {
        BodyContent::Json(Value::Object(object)) if is_rows(object) => "a row".to_owned(),
        BodyContent::Json(Value::Object(object)) => {
            object.keys().next().map_or_else(|| "an empty object".to_owned(), |key| format!("`{key}`"))
        }
        _ => "another line".to_owned(),
    }
}

/// The compared content of a line: JSON by value, without secrets and without the number of a question.
pub(super) fn line_content(line: &str, scrub: &impl Scrub) -> BodyContent {
    let clean = scrub.scrub(line.as_bytes());
    match serde_json::from_slice(&clean) {
        Ok(Value::Object(mut object)) => {
            object.shift_remove("id");
            BodyContent::Json(Value::Object(object))
        }
        Ok(other) => BodyContent::Json(other),
        Err(_) => BodyContent::Bytes(clean.into_owned()),
    }
}

/// Text without secrets.
pub(super) fn scrubbed(text: &str, scrub: &impl Scrub) -> String {
    String::from_utf8_lossy(&scrub.scrub(text.as_bytes())).into_owned()
}

/// The command for messages.
pub(super) fn title(command: &[String]) -> String {
    let mut title = command.join(" ").replace(char::is_control, " ");
    if let Some((end, _)) = title.char_indices().nth(MAX_TITLE_CHARS) {
        title.truncate(end);
        title.push('…');
    }
    title
}
