//! The lines of the protocol: reads those of the program, writes the first one of the host.

use crate::excerpt::excerpt;
use crate::launch::Launch;
use crate::program_error::ProgramError;
use rowsmith_plugin_api::prelude::{
    Error, ErrorKind, FinishReason, Listing, Result, StructuredOutput, Usage, Value, json, log, serde_json,
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// Version of the protocol.
pub(crate) const VERSION: u32 = 1;

/// A message of a program for the plugin.
#[derive(Debug)]
pub enum Message {
    /// The program is ready.
    Ready(Ready),
    /// A row, as JSON text.
    Row(Box<RawValue>),
    /// An item that can be scraped.
    Listing(Listing),
    /// The answer to a question.
    Reply(Reply),
    /// The program is done.
    Done(Done),
}

impl Message {
    /// The name of the message for errors.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Ready(_) => "`ready`",
            Self::Row(_) => "a row",
            Self::Listing(_) => "a listing",
            Self::Reply(_) => "an answer",
            Self::Done(_) => "`done`",
        }
    }
}

/// The `ready` message. Only providers use keys besides the version.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Ready {
    #[serde(rename = "ready")]
    version: u32,
    /// Name of the model.
    pub model: Option<String>,
    /// Further values that identify the answers, for the cache key.
    #[serde(default)]
    pub identity: Value,
    /// Shape of questions and answers.
    pub structured_output: Option<StructuredOutput>,
    /// Maximum tokens of an answer.
    pub max_output_tokens: Option<u32>,
    /// True if the program is a language model.
    pub is_language_model: Option<bool>,
}

/// The answer to one question.
#[derive(Debug, Deserialize)]
pub struct Reply {
    /// Number of the question.
    pub id: u64,
    /// The answer as text of a model.
    pub text: Option<String>,
    /// The answer as JSON.
    pub answer: Option<Box<RawValue>>,
    /// Tokens used.
    #[serde(default)]
    pub usage: Usage,
    /// Exact model of the answer.
    pub model: Option<String>,
    /// Reason for the end of the answer.
    pub finish: Option<FinishReason>,
    pub(crate) error: Option<ProgramError>,
}

/// The `done` message. Only exporters use keys besides `done`.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    /// Path or address of the result.
    pub location: Option<String>,
    /// Number of rows in the result.
    pub rows: Option<u64>,
    /// Size of the result, in bytes.
    pub bytes: Option<u64>,
}

/// A line of a program.
#[derive(Debug)]
pub(crate) enum Line {
    Log { level: String, message: String },
    Error(Error),
    Message(Message),
}

/// The keys that determine the type of a line. Serde skips all others.
#[derive(Deserialize)]
struct Head {
    log: Option<String>,
    message: Option<String>,
    error: Option<ProgramError>,
    id: Option<u64>,
    ready: Option<Value>,
    row: Option<Box<RawValue>>,
    listing: Option<Listing>,
    done: Option<bool>,
}

impl Head {
    /// The keys with a type of their own. An `error` with an `id` is an answer.
    fn types(&self) -> impl Iterator<Item = &'static str> + use<> {
        let is_answer = self.id.is_some();
        let known = [
            ("log", self.log.is_some()),
            ("row", self.row.is_some()),
            ("id", is_answer),
            ("error", self.error.is_some() && !is_answer),
            ("listing", self.listing.is_some()),
            ("ready", self.ready.is_some()),
            ("done", self.done == Some(true)),
        ];
        known.into_iter().filter(|(_, is_set)| *is_set).map(|(key, _)| key)
    }
}

/// The first line of the host.
pub(crate) fn first_line(launch: &Launch, task: &str) -> String {
    json!({"rowsmith": VERSION, "kind": launch.kind, "task": task, "config": launch.options.options}).to_string()
}

/// Parses one line of a program.
///
/// # Errors
/// If the line is not part of the protocol; the message has an excerpt of the line.
pub(crate) fn parse(title: &str, line: &str) -> Result<Line> {
    // Serde reads a JSON array as the fields of a struct in their order.
    if !line.trim_start().starts_with('{') {
        return Err(invalid_line(title, "is not a JSON object", line));
    }
    let unreadable = |error: serde_json::Error| invalid_line(title, &format!("cannot be read ({error})"), line);
    let head: Head = serde_json::from_str(line).map_err(unreadable)?;
    let mut types = head.types();
    if let (Some(first), Some(second)) = (types.next(), types.next()) {
        let problem = format!("has two messages, `{first}` and `{second}`");
        return Err(invalid_line(title, &problem, line).hint("write one line for each message"));
    }
    let message = if let Some(level) = head.log {
        return Ok(Line::Log { level, message: head.message.unwrap_or_default() });
    } else if let Some(row) = head.row {
        Message::Row(row)
    } else if head.id.is_some() {
        Message::Reply(serde_json::from_str(line).map_err(unreadable)?)
    } else if let Some(error) = head.error {
        return Ok(Line::Error(error.into_error()));
    } else if let Some(listing) = head.listing {
        Message::Listing(listing)
    } else if head.ready.is_some() {
        Message::Ready(supported(title, serde_json::from_str(line).map_err(unreadable)?)?)
    } else if head.done == Some(true) {
        Message::Done(serde_json::from_str(line).map_err(unreadable)?)
    } else {
        return Err(invalid_line(title, "has none of the known keys", line));
    };
    Ok(Line::Message(message))
}

fn supported(title: &str, ready: Ready) -> Result<Ready> {
    if ready.version == VERSION {
        return Ok(ready);
    }
    let message = format!("`{title}` uses version {} of the protocol, expected {VERSION}", ready.version);
    Err(Error::new(ErrorKind::Unsupported, message).hint("update the program or Rowsmith"))
}

/// Writes a log record of a program to the log.
pub(crate) fn write_log(title: &str, level: &str, message: &str) {
    let level = level.parse().unwrap_or(log::Level::Info);
    log::log!(target: title, level, "{message}");
}

/// The error of a line that is not part of the protocol.
pub(crate) fn invalid_line(title: &str, problem: &str, line: &str) -> Error {
    let message = format!("`{title}` wrote a line that {problem}: {}", excerpt(line));
    Error::new(ErrorKind::InvalidData, message)
        .hint("standard output is for the protocol only; write everything else to standard error")
}

/// The error of a message at the wrong time.
pub fn unexpected_message(title: &str, message: &Message, expected: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("expected {expected} from `{title}`, received {}", message.name()))
}
