//! `rowsmith init`: creates a config with sample rows.

use super::Context;
use super::args::InitArgs;
use crate::exit_code::ExitCode;
use crate::startup::HostError;
use rowsmith_plugin_api::files::TemporaryFile;
use std::io::{ErrorKind, Write};
use std::path::Path;

const FILES: [(&str, &str); 3] = [
    ("rowsmith.toml", include_str!("../../templates/rowsmith.toml")),
    ("rows.csv", include_str!("../../templates/rows.csv")),
    (".gitignore", ".rowsmith/\nenriched.csv\n"),
];

pub(super) fn run(context: &Context, args: &InitArgs) -> Result<ExitCode, HostError> {
    let io = |path: &Path, error: std::io::Error| HostError::Io(format!("cannot write {}: {error}", path.display()));
    std::fs::create_dir_all(&args.folder).map_err(|error| io(&args.folder, error))?;
    if !args.force {
        // All files are checked before the first one is written.
        let taken: Vec<_> = FILES
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| *name != ".gitignore" && args.folder.join(name).exists())
            .collect();
        if !taken.is_empty() {
            let message =
                format!("{} already has {}; overwrite with --force", args.folder.display(), taken.join(" and "));
            return Err(HostError::Usage(message));
        }
    }
    for (name, text) in FILES {
        let path = args.folder.join(name);
        let write = || {
            let mut file = TemporaryFile::beside(&path)?;
            file.write_all(text.as_bytes())?;
            if args.force && name != ".gitignore" { file.replace(&path) } else { file.place_new(&path) }
        };
        match write() {
            Ok(()) => context.printer.note(format_args!("wrote {}", path.display())),
            // An existing ignore file belongs to the user.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(io(&path, error)),
        }
    }
    let place = if args.folder == Path::new(".") { String::new() } else { format!("cd {} && ", args.folder.display()) };
    context.printer.note(format_args!("next: {place}rowsmith run"));
    Ok(ExitCode::Success)
}
