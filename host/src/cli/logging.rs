//! Logs records of the host and of plugins to standard error, without secrets.

use super::args::{GlobalArgs, LogFormat};
use crate::diagnostic::{printable_but_colour, printable_json};
use crate::printer::Printer;
use crate::redact::Redactor;
use crate::settings::env;
use std::io::{self, Write};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Starts logging. A second start in one process has no effect.
pub(super) fn start(global: &GlobalArgs, printer: Printer, redactor: Redactor) {
    let default = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "rowsmith=info,plugin=info,warn",
        (false, 2) => "rowsmith=debug,plugin=debug,warn",
        (false, _) => "trace",
    };
    let filter = env::read(env::ROWSMITH_LOG).and_then(|text| EnvFilter::try_new(text).ok());
    let filter = filter.unwrap_or_else(|| EnvFilter::new(default));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(CleanStderr { redactor, text: global.log_format == LogFormat::Text })
        .with_ansi(printer.color)
        .with_target(false);
    let started = match global.log_format {
        LogFormat::Text => builder.without_time().try_init(),
        LogFormat::Json => builder.json().try_init(),
    };
    // Only tests start it twice.
    drop(started);
}

/// Standard error without secrets and terminal control characters.
#[derive(Clone)]
struct CleanStderr {
    redactor: Redactor,
    /// True for records in text; JSON has its own escapes.
    text: bool,
}

impl<'a> MakeWriter<'a> for CleanStderr {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

impl Write for CleanStderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let text = self.redactor.clean_message(&text);
        let text = if self.text { printable_but_colour(&text) } else { printable_json(&text) };
        io::stderr().lock().write_all(text.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
