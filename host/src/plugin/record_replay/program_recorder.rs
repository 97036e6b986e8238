//! Writing of the lines of programs.

use super::recorder::Recorder;
use super::scrub::Scrubber;
use rowsmith_plugin_api::Error;
use rowsmith_plugin_api::program::{ExchangeEnd, ProgramEvent, RecordedLines};
use rowsmith_plugin_api::record_replay::{ProgramHeader, VERSION, program_file_name, write_event};
use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// The files of exchanges that have not ended.
///
/// Events are appended as they arrive, so that those of a killed run are kept.
#[derive(Debug, Default)]
pub(super) struct OpenFiles(Mutex<HashMap<u64, File>>);

impl Recorder {
    /// Records events of an exchange with a program, and returns the number of the exchange.
    pub fn record_lines(&self, plugin: &str, lines: &RecordedLines) -> u64 {
        let number = lines.exchange.unwrap_or_else(|| self.next_number());
        let path = self.folder().join(program_file_name(number, plugin));
        if let Err(error) = self.append(plugin, number, &path, lines) {
            self.keep_error(|| format!("cannot write the exchange {}: {error}", path.display()));
        }
        number
    }

    fn append(&self, plugin: &str, number: u64, path: &Path, lines: &RecordedLines) -> io::Result<()> {
        let mut text = Vec::new();
        let open = self.open_files.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&number);
        let mut file = match open {
            Some(file) => file,
            // The file could not be created or written before; this was reported.
            None if lines.exchange.is_some() => return Ok(()),
            None => {
                let command = lines.command.iter().map(|word| self.scrubber.text(word)).collect();
                ProgramHeader { version: VERSION, plugin: plugin.to_owned(), command }.write(&mut text)?;
                path.parent().map_or(Ok(()), fs::create_dir_all)?;
                private(OpenOptions::new().append(true).create_new(true)).open(path)?
            }
        };
        for event in &lines.events {
            write_event(&mut text, &clean(&self.scrubber, event))?;
        }
        file.write_all(&text)?;
        if !matches!(lines.events.last(), Some(ProgramEvent::Ended(_))) {
            self.open_files.0.lock().unwrap_or_else(PoisonError::into_inner).insert(number, file);
        }
        Ok(())
    }
}

/// Other users cannot read the lines of a program.
fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

fn clean(scrubber: &Scrubber, event: &ProgramEvent) -> ProgramEvent {
    match event {
        ProgramEvent::Sent(line) => ProgramEvent::Sent(scrubber.text(line)),
        ProgramEvent::Received(line) => ProgramEvent::Received(scrubber.text(line)),
        ProgramEvent::Ended(ExchangeEnd { seconds, error }) => {
            let error = error.clone().map(|error| clean_error(scrubber, error));
            ProgramEvent::Ended(ExchangeEnd { seconds: *seconds, error })
        }
    }
}

/// Removes secrets from an error.
pub(super) fn clean_error(scrubber: &Scrubber, error: Error) -> Error {
    Error {
        message: scrubber.text(&error.message),
        hint: error.hint.map(|hint| scrubber.text(&hint)),
        context: error.context.into_iter().map(|(key, value)| (key, scrubber.text(&value))).collect(),
        ..error
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Redactor;
    use rowsmith_plugin_api::ErrorKind;

    const KEY: &str = "hush-\"hush-0123456789";

    #[test]
    fn events_are_appended_without_secrets() {
        let folder = tempfile::tempdir().expect("a folder");
        let redactor = Redactor::default();
        redactor.add([KEY.to_owned()]);
        let recorder = Recorder::new(folder.path(), redactor).expect("an empty folder");
        let line = serde_json::json!({"text": KEY}).to_string();
        let failed = Error::new(ErrorKind::Auth, format!("no {KEY}")).hint(KEY);
        let command = vec!["sh".to_owned(), KEY.to_owned()];
        let first =
            RecordedLines { exchange: None, command: command.clone(), events: vec![ProgramEvent::Sent(line.clone())] };
        let number = recorder.record_lines("provider-x", &first);
        let read = || fs::read_to_string(folder.path().join("provider-x/000001.jsonl")).expect("a file");
        assert_eq!(read().lines().count(), 2, "the events so far are in the file");
        let end = ExchangeEnd { seconds: 0.5, error: Some(failed) };
        let rest = RecordedLines {
            exchange: Some(number),
            command,
            events: vec![ProgramEvent::Received(line), ProgramEvent::Ended(end)],
        };
        assert_eq!(recorder.record_lines("provider-x", &rest), number);
        let text = read();
        assert!(!text.contains("0123456789"), "{text}");
        assert!(text.contains(r#"{"received":{"text":"[secret]"}}"#), "{text}");
        assert_eq!((recorder.exchanges(), recorder.write_error()), (1, None));
        assert_eq!(recorder.record_lines("provider-x", &rest), number, "an exchange that has ended is not changed");
        assert_eq!(read(), text);
    }

    #[test]
    fn a_write_error_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let recorder = Recorder::new(folder.path(), Redactor::default()).expect("an empty folder");
        fs::write(folder.path().join("scraper-x"), "a file").expect("written");
        recorder.record_lines("scraper-x", &RecordedLines::default());
        assert!(recorder.write_error().is_some_and(|error| error.contains("scraper-x")));
    }
}
