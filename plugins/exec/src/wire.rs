//! The lines of the conversation: what the host writes, and what it reads.

use crate::failure::Failure;
use crate::launch::Launch;
use rowsmith_plugin_api::prelude::{
    Error, ErrorKind, FinishReason, Listing, Result, StructuredOutput, Usage, Value, json, serde_json,
};
use serde::Deserialize;
use serde_json::value::RawValue;

/// The version of the conversation.
pub(crate) const VERSION: u32 = 1;
/// So much of a line is quoted in messages.
const MAX_QUOTE: usize = 120;

/// A line of a program that means something to the caller.
#[derive(Debug)]
pub enum Message {
    /// It is ready.
    Ready(Ready),
    /// A row, as JSON text.
    Row(Box<RawValue>),
    /// One thing that there is to scrape.
    Listing(Listing),
    /// It answers a question.
    Reply(Reply),
    /// It is done.
    Done(Done),
}

impl Message {
    /// What it is, in words.
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

/// What a program says of itself when it is ready. All but the version is for providers.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Ready {
    #[serde(rename = "ready")]
    version: u32,
    /// The model's name.
    pub model: Option<String>,
    /// What else changes answers.
    #[serde(default)]
    pub identity: Value,
    /// How answers are made to be JSON, which decides on the shape of questions and answers.
    pub structured_output: Option<StructuredOutput>,
    /// The most tokens of an answer.
    pub max_output_tokens: Option<u32>,
    /// Whether a language model answers.
    pub is_language_model: Option<bool>,
}

/// An answer to one question.
#[derive(Debug, Deserialize)]
pub struct Reply {
    /// The question's number.
    pub id: u64,
    /// The answer as the model wrote it.
    pub text: Option<String>,
    /// The answer as JSON.
    pub answer: Option<Box<RawValue>>,
    /// What it cost.
    #[serde(default)]
    pub usage: Usage,
    /// The exact model that answered.
    pub model: Option<String>,
    /// Why it ended.
    pub finish: Option<FinishReason>,
    pub(crate) error: Option<Failure>,
}

/// What a program says when it is done. All but the word itself is for exporters.
#[derive(Debug, Default, Deserialize)]
pub struct Done {
    /// Where the result is.
    pub location: Option<String>,
    /// How many rows it has.
    pub rows: Option<u64>,
    /// How many bytes it has.
    pub bytes: Option<u64>,
}

/// A line that was read.
#[derive(Debug)]
pub(crate) enum Line {
    Log { level: String, message: String },
    Failed(Error),
    Said(Message),
}

/// What tells the lines apart; serde steps over all the rest.
#[derive(Deserialize)]
struct Head {
    log: Option<String>,
    message: Option<String>,
    error: Option<Failure>,
    id: Option<u64>,
    ready: Option<Value>,
    row: Option<Box<RawValue>>,
    listing: Option<Listing>,
    done: Option<bool>,
}

impl Head {
    /// The keys that give the line its meaning. An `error` beside an `id` is an answer.
    fn meanings(&self) -> impl Iterator<Item = &'static str> + use<> {
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
        known.into_iter().filter(|(_, is_there)| *is_there).map(|(key, _)| key)
    }
}

/// The first line of a conversation.
pub(crate) fn hello(launch: &Launch, task: &str) -> String {
    json!({"rowsmith": VERSION, "kind": launch.kind, "task": task, "config": launch.options}).to_string()
}

/// Reads one line.
///
/// # Errors
/// When it is no line of this conversation; the message quotes its beginning.
pub(crate) fn read(title: &str, line: &str) -> Result<Line> {
    // A sequence would be read as the fields of a struct in their order.
    if !line.trim_start().starts_with('{') {
        return Err(not_a_message(title, "is no JSON object", line));
    }
    let unreadable = |error: serde_json::Error| not_a_message(title, &format!("cannot be read ({error})"), line);
    let head: Head = serde_json::from_str(line).map_err(unreadable)?;
    let mut meanings = head.meanings();
    if let (Some(first), Some(second)) = (meanings.next(), meanings.next()) {
        let what = format!("means two things, `{first}` and `{second}`");
        return Err(not_a_message(title, &what, line).hint("a line says one thing; write a line for each"));
    }
    let said = if let Some(level) = head.log {
        return Ok(Line::Log { level, message: head.message.unwrap_or_default() });
    } else if let Some(row) = head.row {
        Message::Row(row)
    } else if head.id.is_some() {
        Message::Reply(serde_json::from_str(line).map_err(unreadable)?)
    } else if let Some(failure) = head.error {
        return Ok(Line::Failed(failure.into_error()));
    } else if let Some(listing) = head.listing {
        Message::Listing(listing)
    } else if head.ready.is_some() {
        let ready: Ready = serde_json::from_str(line).map_err(unreadable)?;
        if ready.version != VERSION {
            let message =
                format!("`{title}` speaks version {} of the conversation, and this plugin {VERSION}", ready.version);
            return Err(Error::new(ErrorKind::Unsupported, message).hint("use versions of the two that fit together"));
        }
        Message::Ready(ready)
    } else if head.done == Some(true) {
        Message::Done(serde_json::from_str(line).map_err(unreadable)?)
    } else {
        return Err(not_a_message(title, "has none of the known keys", line));
    };
    Ok(Line::Said(said))
}

/// The error of a line that does not belong into the conversation.
pub(crate) fn not_a_message(title: &str, what: &str, line: &str) -> Error {
    let message = format!("`{title}` wrote a line that {what}; it begins with: {}", quoted(line));
    Error::new(ErrorKind::InvalidData, message)
        .hint("the standard output is for the conversation only; a program prints all else to its standard error")
}

/// The error of a line that came at the wrong time.
pub fn out_of_turn(title: &str, message: &Message, due: &str) -> Error {
    Error::new(ErrorKind::InvalidData, format!("`{title}` sent {} where {due} was due", message.name()))
}

/// The beginning of a text, on one line.
pub(crate) fn quoted(text: &str) -> String {
    let mut start: String = text.trim().chars().take(MAX_QUOTE).collect();
    start = start.replace(char::is_control, " ");
    if text.trim().chars().nth(MAX_QUOTE).is_some() {
        start.push('…');
    }
    start
}
