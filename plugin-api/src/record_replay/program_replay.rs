//! Replay of the exchanges with programs.

use super::cassette::{Cassette, ProgramFile};
use super::mismatch::{describe, similarity};
use super::program_exchange::{ProgramExchange, line_content, scrubbed, title};
use super::replay::HINT;
use super::request_identity::BodyContent;
use super::scrub::Scrub;
use crate::error::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// The recorded programs of a cassette. Each exchange is replayed once.
#[derive(Debug)]
pub struct ProgramReplay {
    folder: PathBuf,
    recorded: Vec<RecordedProgram>,
    used: Mutex<Vec<bool>>,
}

#[derive(Debug)]
struct RecordedProgram {
    file: ProgramFile,
    /// The first line to the program.
    first: BodyContent,
}

impl ProgramReplay {
    /// Starts a replay. `scrub` removes from the recorded lines what [`ProgramReplay::begin`] removes from new ones.
    pub fn new(cassette: &Cassette, scrub: &impl Scrub) -> Self {
        let recorded = cassette.programs().iter().map(|file| {
            let first = line_content(&file.first, scrub);
            RecordedProgram { file: file.clone(), first }
        });
        let recorded: Vec<RecordedProgram> = recorded.collect();
        let used = Mutex::new(vec![false; recorded.len()]);
        Self { folder: cassette.folder().to_owned(), recorded, used }
    }

    /// Returns whether the cassette has no exchange of a program, like those of version 0.2.
    pub fn is_empty(&self) -> bool {
        self.recorded.is_empty()
    }

    /// Begins the first unused exchange with this command and this first line. Without `plugin`, the exchanges of any
    /// plugin match.
    ///
    /// # Errors
    /// [`ErrorKind::BadRequest`] when no exchange matches; the message names the difference from the nearest one.
    pub fn begin(
        &self,
        plugin: Option<&str>,
        command: &[String],
        first: &str,
        scrub: &impl Scrub,
    ) -> Result<ProgramExchange> {
        let command: Vec<String> = command.iter().map(|word| scrubbed(word, scrub)).collect();
        let content = line_content(first, scrub);
        let of_plugin = |file: &ProgramFile| {
            file.header.plugin.is_empty() || plugin.is_none_or(|plugin| plugin == file.header.plugin)
        };
        let matches = |recorded: &RecordedProgram| {
            of_plugin(&recorded.file) && recorded.file.header.command == command && recorded.first == content
        };
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let found = self.recorded.iter().zip(used.iter_mut()).find(|(recorded, used)| !**used && matches(recorded));
        if let Some((recorded, used)) = found {
            let exchange = ProgramExchange::open(&self.folder, &recorded.file)?;
            *used = true;
            return Ok(exchange);
        }
        drop(used);
        let equal = self.recorded.iter().filter(|recorded| matches(recorded)).count();
        let of_plugin: Vec<&RecordedProgram> = self.recorded.iter().filter(|found| of_plugin(&found.file)).collect();
        Err(mismatch(&self.folder, &command, &content, equal, &of_plugin))
    }
}

fn mismatch(
    folder: &Path,
    command: &[String],
    content: &BodyContent,
    equal: usize,
    recorded: &[&RecordedProgram],
) -> Error {
    let (program, folder) = (title(command), folder.display());
    let same_command = recorded.iter().filter(|recorded| recorded.file.header.command == command);
    let nearest = same_command.max_by_key(|recorded| similarity(content, &recorded.first));
    let message = match (nearest, recorded.first()) {
        _ if equal > 0 => {
            format!("a line was sent to `{program}` more often than the {equal} times recorded in {folder}")
        }
        (Some(nearest), _) => {
            let difference = describe(content, &nearest.first);
            format!("a line to `{program}` is not recorded in {folder}; nearest is {}: {difference}", nearest.file.name)
        }
        (None, Some(other)) => {
            let other = title(&other.file.header.command);
            format!("no line to `{program}` is recorded in {folder}; the recorded command is `{other}`")
        }
        (None, None) => format!("no line to `{program}` is recorded in {folder}"),
    };
    Error::new(ErrorKind::BadRequest, message).hint(HINT)
}

#[cfg(test)]
mod tests {
    use super::super::{NoSecrets, ProgramHeader, VERSION, program_file_name, write_event};
    use super::*;
    use crate::program::{ExchangeEnd, ProgramEvent};

    fn sent(line: &str) -> ProgramEvent {
        ProgramEvent::Sent(line.to_owned())
    }

    fn received(line: &str) -> ProgramEvent {
        ProgramEvent::Received(line.to_owned())
    }

    fn ended() -> ProgramEvent {
        ProgramEvent::Ended(ExchangeEnd::default())
    }

    fn command() -> Vec<String> {
        vec!["sh".to_owned(), "program".to_owned()]
    }

    /// A cassette with these exchanges of one plugin.
    fn replay(plugin: &str, exchanges: &[&[ProgramEvent]]) -> (tempfile::TempDir, ProgramReplay) {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join(plugin)).expect("a folder");
        for (number, events) in (1..).zip(exchanges) {
            let mut file = Vec::new();
            let header = ProgramHeader { version: VERSION, plugin: plugin.to_owned(), command: command() };
            header.write(&mut file).expect("written");
            for event in *events {
                write_event(&mut file, event).expect("written");
            }
            std::fs::write(folder.path().join(program_file_name(number, plugin)), file).expect("written");
        }
        let replay = ProgramReplay::new(&Cassette::read(folder.path()).expect("a cassette"), &NoSecrets);
        (folder, replay)
    }

    fn begin(replay: &ProgramReplay, line: &str) -> Result<ProgramExchange> {
        replay.begin(Some("provider-x"), &command(), line, &NoSecrets)
    }

    fn events(exchange: &mut ProgramExchange) -> Vec<ProgramEvent> {
        let mut events = Vec::new();
        while exchange.receive(&mut events).expect("events") {}
        events
    }

    #[test]
    fn equal_questions_are_answered_in_order_and_each_once() {
        let question = |id: u8| format!(r#"{{"id": {id}, "complete": {{"a": 1}}}}"#);
        let exchange = |id: u8, answer: &str| [sent(&question(id)), received(answer), ended()];
        let (_folder, replay) = replay("provider-x", &[&exchange(7, "one"), &exchange(9, "two")]);
        for (position, answer) in ["one", "two"].into_iter().enumerate() {
            let mut exchange = begin(&replay, r#"{"complete": {"a": 1}}"#).expect("recorded");
            assert_eq!(exchange.position(), Some(position));
            assert_eq!(events(&mut exchange), [received(answer), ended()]);
            assert!(exchange.has_ended());
        }
        let error = begin(&replay, &question(1)).expect_err("used up");
        assert!(error.message.contains("more often than the 2 times"), "{error}");
        assert_eq!(error.kind, ErrorKind::BadRequest);
    }

    #[test]
    fn other_lines_name_the_nearest_exchange() {
        let (_folder, replay) = replay("provider-x", &[&[sent(r#"{"t": "one"}"#)], &[sent(r#"{"t": "three"}"#)]]);
        let message = |plugin, command: &[String], line| {
            replay.begin(Some(plugin), command, line, &NoSecrets).expect_err("unknown").message
        };
        let near = message("provider-x", &command(), r#"{"t": "thee"}"#);
        assert!(near.contains(r#"nearest is provider-x/000002.jsonl: /t is "thee", recorded "three""#), "{near}");
        let other = message("provider-x", &["sh".to_owned()], r#"{"t": "one"}"#);
        assert!(other.ends_with("the recorded command is `sh program`"), "{other}");
        let none = message("provider-y", &command(), r#"{"t": "one"}"#);
        assert!(none.starts_with("no line to `sh program` is recorded"), "{none}");
    }

    #[test]
    fn rows_match_in_any_division_into_lines() {
        let recorded = [
            sent(r#"{"begin": {}}"#),
            sent(r#"{"rows": [{"n": 1}]}"#),
            received("early"),
            sent(r#"{"rows": [{"n": 2}, {"n": 3}]}"#),
            sent(r#"{"finish": "complete"}"#),
            received("done"),
            ended(),
        ];
        let (_folder, replay) = replay("exporter-x", &[&recorded, &recorded, &recorded]);
        let begin = || replay.begin(None, &command(), r#"{"begin": {}}"#, &NoSecrets).expect("an unused exchange");
        let mut exchange = begin();
        assert_eq!(exchange.position(), None);
        let mut got = Vec::new();
        for line in [r#"{"rows": [{"n": 1}, {"n": 2}]}"#, r#"{"rows": [{"n": 3}]}"#, r#"{"finish": "complete"}"#] {
            exchange.send(line, &NoSecrets, &mut got).expect("recorded");
        }
        exchange.receive(&mut got).expect("events");
        assert_eq!(got, [received("early"), received("done"), ended()]);
        exchange.send(r#"{"rows": [{"n": 4}]}"#, &NoSecrets, &mut got).expect("not compared after the end");

        for (line, difference) in [
            (r#"{"rows": [{"n": 1}, {"n": 5}]}"#, "row 2: /n is 5, recorded 2"),
            (r#"{"finish": "partial"}"#, "`finish` was sent, recorded is a row"),
        ] {
            let error = begin().send(line, &NoSecrets, &mut Vec::new()).expect_err(difference);
            assert!(error.message.ends_with(difference), "{error}");
            assert!(error.hint.is_some_and(|hint| hint.contains("--record")));
        }
    }

    #[test]
    fn an_exchange_without_an_end_fails_there() {
        let (_folder, replay) = replay("provider-x", &[&[sent("{}"), received("one")]]);
        let mut exchange = begin(&replay, "{}").expect("recorded");
        let mut got = Vec::new();
        assert!(exchange.receive(&mut got).expect("events"));
        assert_eq!(got, [received("one")]);
        let error = exchange.receive(&mut got).expect_err("no end");
        assert!(error.message.contains("has no end"), "{error}");
    }
}
