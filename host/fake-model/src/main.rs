//! The fake model as a program: prints its address and serves until it is ended.

mod arguments;

use arguments::{Arguments, USAGE};
use rowsmith_fake_model::{FakeModel, Script};
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    let arguments = match Arguments::read(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => return complain(&format!("{message}\n\n{USAGE}"), 2),
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => complain(&format!("{message}\n"), 1),
    }
}

fn run(arguments: Arguments) -> Result<(), String> {
    let mut output = io::stdout();
    if arguments.help {
        return output.write_all(USAGE.as_bytes()).map_err(|error| error.to_string());
    }
    let mut script = arguments.script.as_deref().map_or_else(|| Ok(Script::new()), read_script)?;
    if let Some(latency) = arguments.latency_ms {
        script = script.with_latency(Duration::from_millis(latency));
    }
    if let Some(key) = arguments.key {
        script = script.with_key(key);
    }
    if let Some(log) = arguments.log {
        script = script.with_log(log);
    }
    let server = FakeModel::start_on(script, arguments.port).map_err(|error| format!("cannot start: {error}"))?;
    // Whoever started the program may have closed its output without wanting it to end.
    drop(writeln!(output, "listening on {}", server.base_url()).and_then(|()| output.flush()));
    server.serve_forever();
    Ok(())
}

fn read_script(path: &Path) -> Result<Script, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    Script::from_json(&text).map_err(|error| format!("{}: {error}", path.display()))
}

fn complain(message: &str, code: u8) -> ExitCode {
    // Without an error output there is nobody to tell; the code still says it.
    drop(io::stderr().write_all(message.as_bytes()));
    ExitCode::from(code)
}
