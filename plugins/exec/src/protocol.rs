//! The lines of the protocol: reads those of the program, writes the first one of the host.

use crate::excerpt::excerpt;
use crate::launch::Launch;
use crate::program_error::ProgramError;
use rowsmith_plugin_api::PluginKind;
use rowsmith_plugin_api::prelude::{
    Error, ErrorKind, FinishReason, LimitHint, Listing, Progress, Result, StructuredOutput, Usage, Value, json, log,
    serde_json,
};
use rowsmith_plugin_api::row::Column;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// Task of an exporter program that describes the existing target and exits.
pub(crate) const TARGET_TASK: &str = "target";
/// Version of the protocol.
pub(crate) const VERSION: u32 = 1;

/// A message of a program for the plugin.
#[derive(Debug)]
pub enum Message {
    /// The program is ready.
    Ready(Ready),
    /// A row, as JSON text.
    Row(Box<RawValue>),
    /// The columns of all rows.
    Columns(Vec<Column>),
    /// The state for the next run.
    State(Value),
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
            Self::Columns(_) => "`columns`",
            Self::State(_) => "`state`",
            Self::Listing(_) => "a listing",
            Self::Reply(_) => "an answer",
            Self::Done(_) => "`done`",
        }
    }
}

/// The `ready` message. The keys besides the version depend on the kind.
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
    /// Maximum requests that the program sends for one answer.
    #[serde(default, deserialize_with = "known")]
    pub max_requests_per_answer: Option<u32>,
    /// True if a scraper program expects its state.
    #[serde(default, deserialize_with = "known")]
    pub state: Option<bool>,
    /// True if a scraper program expects the end of the run.
    #[serde(default, deserialize_with = "known")]
    pub finish: Option<bool>,
    /// True if the file of an exporter program holds rows.
    #[serde(default, deserialize_with = "known")]
    pub has_rows: Option<bool>,
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
    /// Requests that the answer took.
    #[serde(default, deserialize_with = "known")]
    pub requests: Option<u32>,
    /// Rate limits of the service.
    #[serde(default, deserialize_with = "known")]
    pub limits: Option<Vec<LimitHint>>,
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
pub enum Line {
    /// A log record.
    Log {
        /// Name of the level.
        level: String,
        /// Text.
        message: String,
    },
    /// Progress, for display.
    Progress(Progress),
    /// The error that ends the exchange.
    Error(Error),
    /// A message for the plugin.
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
    #[serde(default, deserialize_with = "present")]
    columns: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    state: Option<Value>,
    #[serde(default, deserialize_with = "present")]
    progress: Option<Value>,
}

/// Reads any value, null included.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Reads a key that earlier versions of the protocol ignored: a value of another type is ignored still.
pub(crate) fn known<'de, D: Deserializer<'de>, T: DeserializeOwned>(deserializer: D) -> Result<Option<T>, D::Error> {
    Value::deserialize(deserializer).map(|value| serde_json::from_value(value).ok())
}

impl Head {
    /// The keys with a type of their own. An `error` with an `id` is an answer. The later keys of the protocol are not among
    /// them, because programs may use them beside another message.
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

/// The first line of the host. `features` are the parts of the protocol that programs can rely on with this host.
pub(crate) fn first_line(launch: &Launch, task: &str) -> String {
    let features: &[&str] = match launch.kind {
        PluginKind::Scraper => &["progress", "columns", "state", "finish"],
        PluginKind::Exporter => &["progress", "types", "target"],
        PluginKind::Provider | PluginKind::Cache => &["progress", "requests", "limits"],
    };
    let options = &launch.options.options;
    let mut line =
        json!({"rowsmith": VERSION, "kind": launch.kind, "task": task, "config": options, "features": features});
    if task == TARGET_TASK {
        line["path"] = json!(launch.path);
    }
    line.to_string()
}

/// Parses one line of a program.
///
/// # Errors
/// If the line is not part of the protocol; the message has an excerpt of the line.
pub fn parse(title: &str, line: &str) -> Result<Line> {
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
    } else if let Some(columns) = head.columns {
        Message::Columns(serde_json::from_value(columns).map_err(unreadable)?)
    } else if let Some(state) = head.state {
        Message::State(state)
    } else if let Some(progress) = head.progress {
        return Ok(Line::Progress(progress_of(&progress)));
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

/// Reads a progress message. Keys of another type are ignored: it is for display only.
fn progress_of(progress: &Value) -> Progress {
    Progress {
        message: progress["message"].as_str().unwrap_or_default().to_owned(),
        done: progress["done"].as_u64(),
        total: progress["total"].as_u64(),
    }
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
