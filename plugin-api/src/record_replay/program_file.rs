//! The recorded exchange of a program: a file of JSON Lines.
//!
//! The first line is the [`ProgramHeader`]. Each further line is an event: `{"sent": …}`, `{"received": …}` or, as the last
//! one, `{"ended": …}`. A line of the protocol is stored as its own JSON, and as a string if it is not a JSON object. Events
//! are appended as they happen, so a file without an end belongs to a run that was killed.

use super::VERSION;
use crate::error::{Error, ErrorKind, Result};
use crate::program::{ExchangeEnd, ProgramEvent};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::Path;

/// The first line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramHeader {
    /// [`VERSION`].
    pub version: u32,
    /// Kind and name of the plugin. An empty name stands for any.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub plugin: String,
    /// The program and its arguments.
    pub command: Vec<String>,
}

/// An event in a file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum StoredEvent {
    Sent(Box<RawValue>),
    Received(Box<RawValue>),
    Ended(ExchangeEnd),
}

impl ProgramHeader {
    /// Writes the first line.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, out: &mut impl Write) -> io::Result<()> {
        serde_json::to_writer(&mut *out, self)?;
        out.write_all(b"\n")
    }
}

/// Writes the line of an event.
///
/// # Errors
/// Those of `out`.
pub fn write_event(out: &mut impl Write, event: &ProgramEvent) -> io::Result<()> {
    let stored = match event {
        ProgramEvent::Sent(line) => StoredEvent::Sent(stored_line(line)?),
        ProgramEvent::Received(line) => StoredEvent::Received(stored_line(line)?),
        ProgramEvent::Ended(end) => StoredEvent::Ended(end.clone()),
    };
    serde_json::to_writer(&mut *out, &stored)?;
    out.write_all(b"\n")
}

fn stored_line(line: &str) -> io::Result<Box<RawValue>> {
    if line.starts_with('{')
        && !line.contains('\n')
        && let Ok(object) = serde_json::from_str(line)
    {
        return Ok(object);
    }
    Ok(RawValue::from_string(serde_json::to_string(line)?)?)
}

fn line_text(stored: &RawValue) -> Result<String> {
    let text = stored.get();
    if text.starts_with('"') { Ok(serde_json::from_str(text)?) } else { Ok(text.to_owned()) }
}

/// Reads the events of a file one by one.
#[derive(Debug)]
pub(super) struct ProgramEvents {
    /// Path for messages.
    path: String,
    input: BufReader<File>,
    line: u64,
}

impl ProgramEvents {
    /// Opens a file and reads its header.
    pub(super) fn open(path: &Path) -> Result<(ProgramHeader, Self)> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let file = File::open(path).map_err(|error| Error::io("read", path, &error))?;
        let mut events = Self { path: path.display().to_string(), input: BufReader::new(file), line: 0 };
        let text = events.read_line()?.ok_or_else(|| events.invalid("it has no complete line"))?;
        let invalid = |error: serde_json::Error| events.invalid(&error.to_string());
        let version = serde_json::from_str::<Version>(&text).map_err(invalid)?.version;
        if version != VERSION {
            return Err(events
                .invalid(&format!("its format has version {version}, expected {VERSION}"))
                .hint("record again, or use the version of Rowsmith that recorded it"));
        }
        let header = serde_json::from_str(&text).map_err(invalid)?;
        Ok((header, events))
    }

    /// Returns the next event; `None` at the end of the file.
    pub(super) fn next_event(&mut self) -> Result<Option<ProgramEvent>> {
        let Some(text) = self.read_line()? else { return Ok(None) };
        let stored = serde_json::from_str(&text).map_err(|error| self.invalid(&error.to_string()))?;
        Ok(Some(match stored {
            StoredEvent::Sent(line) => ProgramEvent::Sent(line_text(&line)?),
            StoredEvent::Received(line) => ProgramEvent::Received(line_text(&line)?),
            StoredEvent::Ended(end) => ProgramEvent::Ended(end),
        }))
    }

    /// Reads a complete line. An incomplete one was cut off when the recorded run was killed.
    fn read_line(&mut self) -> Result<Option<String>> {
        let mut text = String::new();
        let read = self.input.read_line(&mut text);
        read.map_err(|error| self.invalid(&error.to_string()))?;
        self.line += 1;
        Ok(text.ends_with('\n').then_some(text))
    }

    fn invalid(&self, reason: &str) -> Error {
        let Self { path, line, .. } = self;
        Error::new(ErrorKind::InvalidData, format!("{path} is not a recorded exchange: line {line}: {reason}"))
            .with_context("path", path.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn lines_survive_storage_and_are_readable() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("1.jsonl");
        let events = [
            ProgramEvent::Sent(r#"{"a": 1.50,  "b": "ü"}"#.to_owned()),
            ProgramEvent::Received("no JSON \" \u{1}".to_owned()),
            ProgramEvent::Received("[1]".to_owned()),
            ProgramEvent::Ended(ExchangeEnd { seconds: 0.5, error: Some(Error::new(ErrorKind::Io, "gone")) }),
        ];
        let header =
            ProgramHeader { version: VERSION, plugin: "scraper-exec".to_owned(), command: vec!["sh".to_owned()] };
        let mut file = Vec::new();
        header.write(&mut file).expect("written");
        for event in &events {
            write_event(&mut file, event).expect("written");
        }
        let text = String::from_utf8(file).expect("text");
        assert!(text.contains("\n{\"sent\":{\"a\": 1.50,  \"b\": \"ü\"}}\n"), "{text}");
        fs::write(&path, format!("{text}{{\"received\": {{\"cut")).expect("written");
        let (read, mut lines) = ProgramEvents::open(&path).expect("opened");
        assert_eq!(read, header);
        for event in events {
            assert_eq!(lines.next_event().expect("an event"), Some(event));
        }
        assert_eq!(lines.next_event().expect("the end"), None, "a line that was cut off does not count");
    }

    #[test]
    fn invalid_lines_are_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("1.jsonl");
        for (text, reason) in [
            ("", "line 1: it has no complete line"),
            ("{\"version\":2}\n", "version 2, expected 1"),
            ("{\"version\":1}\n", "line 1: missing field `command`"),
            ("{\"version\":1,\"command\":[]}\n{\"heard\":1}\n", "line 2: unknown variant `heard`"),
        ] {
            fs::write(&path, text).expect("written");
            let error = ProgramEvents::open(&path).and_then(|(_, mut lines)| lines.next_event()).expect_err(reason);
            assert!(error.message.contains(reason) && error.message.contains("1.jsonl"), "{error}");
            assert_eq!(error.kind, ErrorKind::InvalidData);
        }
    }
}
