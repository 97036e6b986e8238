//! Answers of a program that the host replays from a recording.

use crate::launch::Launch;
use crate::program_pool::retryable;
use crate::protocol::{self, Line, Message, Reply, unexpected_message};
use rowsmith_plugin_api::prelude::{Error, ErrorKind, Host, Result};
use rowsmith_plugin_api::program::{LineRecording, ProgramEvent, ReplayRequest};

/// Asks the host instead of processes, any number of questions at once.
#[derive(Debug)]
pub(crate) struct ReplayedQuestions {
    host: Host,
    command: Vec<String>,
    title: String,
}

impl ReplayedQuestions {
    /// Returns the replay of a program, if the run is replayed.
    pub(crate) fn of(launch: &Launch) -> Option<Self> {
        (launch.host.line_recording() == LineRecording::Replay).then(|| Self {
            host: launch.host.clone(),
            command: launch.options.command.to_vec(),
            title: launch.title(),
        })
    }

    /// Returns the recorded answer to a question.
    pub(crate) async fn ask(&self, question: &str) -> Result<Reply> {
        let sent = vec![format!("{{\"complete\":{question}}}")];
        let mut request = ReplayRequest { exchange: None, command: self.command.clone(), sent };
        let (mut reply, mut more) = (None, true);
        while more {
            let lines = self.host.replay_lines(&request).await?;
            (request.exchange, more) = (Some(lines.exchange), lines.more);
            request.sent.clear();
            for event in lines.events {
                match event {
                    ProgramEvent::Received(line) => reply = self.read(&line).map_err(retryable)?.or(reply),
                    ProgramEvent::Ended(end) => end.error.map_or(Ok(()), |error| Err(retryable(error)))?,
                    ProgramEvent::Sent(_) => {}
                }
            }
        }
        let mut reply = reply.ok_or_else(|| {
            Error::new(ErrorKind::BadRequest, format!("the recording of `{}` has no answer", self.title))
        })?;
        match reply.error.take() {
            Some(error) => Err(error.into_error()),
            None => Ok(reply),
        }
    }

    fn read(&self, line: &str) -> Result<Option<Reply>> {
        match protocol::parse(&self.title, line)? {
            Line::Message(Message::Reply(reply)) => Ok(Some(reply)),
            Line::Message(other) => Err(unexpected_message(&self.title, &other, "an answer")),
            Line::Error(error) => Err(error),
            Line::Progress(_) => Ok(None),
            Line::Log { level, message } => {
                protocol::write_log(&self.title, &level, &message);
                Ok(None)
            }
        }
    }
}
