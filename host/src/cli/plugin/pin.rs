//! `rowsmith plugin pin`: writes the hashes of a config's plugins, and of the programs that they start, into the config.

use crate::cli::Context;
use crate::document::{Document, pointer, read_text};
use crate::exit_code::ExitCode;
use crate::files::unwritable;
use crate::plugin::PluginError;
use crate::plugin::registry::Source;
use crate::settings::PluginUse;
use crate::settings::defaults;
use crate::startup::command_files::{CommandFile, pin_of};
use crate::startup::pins::{self, Pins};
use crate::startup::plugin_inventory::{PluginInventory, plugin_inventory};
use crate::startup::{HostError, LoadError};
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::files::{TemporaryFile, remove_abandoned};
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Hash and file by key of the pin.
type FileHashes = BTreeMap<String, (String, PathBuf)>;

pub(super) fn run(
    context: &Context,
    config: Option<PathBuf>,
    check: bool,
    system: bool,
) -> Result<ExitCode, HostError> {
    let path = config.unwrap_or_else(|| PathBuf::from(defaults::CONFIG_FILE));
    if path == Path::new("-") {
        let text = "`plugin pin` writes into the file of the config; standard input is not supported";
        return Err(HostError::Usage(text.to_owned()));
    }
    let mut plugin_inventory = plugin_inventory(&path, &context.global.plugin_dirs)?;
    let old = pins::of(&plugin_inventory.document);
    let wanted = hash_all(context, &mut plugin_inventory, &old, system)?;
    let mut changes = Pins::new();
    for (name, (pin, file)) in &wanted {
        let change = match old.get(name) {
            Some(before) if is_same(before, pin) => "unchanged".to_owned(),
            Some(before) if check => format!("differs from the pin {before}"),
            Some(before) => format!("changed, was {before}"),
            None if check => "not pinned".to_owned(),
            None => "new".to_owned(),
        };
        if !old.get(name).is_some_and(|before| is_same(before, pin)) {
            changes.insert(name.clone(), pin.clone());
        }
        context.data(format_args!("{name:<24} {pin}  {change} ({})", file.display()))?;
    }
    for name in old.keys().filter(|name| !wanted.contains_key(*name)) {
        let reason =
            if name.contains(':') { "no command names that file" } else { "the config uses no file of that plugin" };
        context.printer.note(format_args!("the pin of {name} is unchanged: {reason}"));
    }
    let shown = path.display();
    if changes.is_empty() {
        let nothing = if check { "" } else { "; wrote nothing" };
        context.printer.note(format_args!("{shown} already has these hashes{nothing}"));
        return Ok(ExitCode::Success);
    }
    if check {
        context.printer.error(format_args!(
            "in {shown}, {}",
            count(changes.len(), "differs or is missing", "differ or are missing")
        ));
        context.printer.hint(format_args!("after an intended change, run `rowsmith plugin pin {shown}`"));
        return Ok(ExitCode::Plugin);
    }
    write(&path, &changes)?;
    context.printer.note(format_args!("wrote {} into {shown}", count(changes.len(), "", "")));
    Ok(ExitCode::Success)
}

fn count(number: usize, one: &str, several: &str) -> String {
    let (noun, verb) = if number == 1 { ("hash", one) } else { ("hashes", several) };
    format!("{number} {noun} {verb}").trim_end().to_owned()
}

/// Returns whether two pins are equal, with and without the prefix.
fn is_same(one: &str, other: &str) -> bool {
    let bare = |pin: &str| pin.strip_prefix("sha256:").unwrap_or(pin).to_owned();
    bare(one) == bare(other)
}

/// Hashes the files of all plugins, and of the programs in their tables. Plugins of other providers are optional.
fn hash_all(
    context: &Context,
    plugin_inventory: &mut PluginInventory,
    old: &Pins,
    system: bool,
) -> Result<FileHashes, HostError> {
    let mut wanted = FileHashes::new();
    for at in plugin_inventory.used.clone() {
        let source = plugin_inventory.registry.source(&at)?;
        add_library(context, &mut wanted, &at, &source)?;
        let files = plugin_inventory.command_files(&at, &source).map_err(|problems| {
            HostError::Diagnostics(plugin_inventory.document.render(&problems, context.printer.color))
        })?;
        add_programs(context, &mut wanted, &at, files, &|file| system || old.contains_key(&file.key))?;
    }
    for at in plugin_inventory.others.clone() {
        let source = match plugin_inventory.registry.source(&at) {
            Ok(source) => source,
            Err(PluginError::NotFound { .. }) => {
                context.printer.note(format_args!("{} is not pinned: the plugin was not found", table(&at)));
                continue;
            }
            Err(error) => {
                context.printer.warning(format_args!("{} is not pinned: {error}", table(&at)));
                continue;
            }
        };
        add_library(context, &mut wanted, &at, &source)?;
        match plugin_inventory.command_files(&at, &source) {
            Ok(files) => add_programs(context, &mut wanted, &at, files, &|file| system || old.contains_key(&file.key))?,
            Err(problems) => {
                let problems: Vec<_> = problems.into_iter().map(|problem| problem.message).collect();
                let problems = problems.join("; ");
                context.printer.warning(format_args!("the program of {} is not pinned: {problems}", table(&at)));
            }
        }
    }
    Ok(wanted)
}

fn add_library(context: &Context, wanted: &mut FileHashes, at: &PluginUse, source: &Source) -> Result<(), HostError> {
    let Manifest { kind, name, .. } = source.manifest();
    let name = format!("{kind}-{name}");
    let Source::File(image) = source else {
        context.printer.note(format_args!("{name} is built into this program and has no file to pin"));
        return Ok(());
    };
    add(wanted, at, name, format!("sha256:{}", image.sha256()), &image.path)
}

/// Adds the programs and the files among their arguments. Files of the operating system are optional.
fn add_programs(
    context: &Context,
    wanted: &mut FileHashes,
    at: &PluginUse,
    files: Vec<CommandFile>,
    is_wanted: &dyn Fn(&CommandFile) -> bool,
) -> Result<(), HostError> {
    for file in files.into_iter().filter(CommandFile::is_file) {
        let is_system = file.belongs_to_system() && !is_wanted(&file);
        let key = file.key;
        let Some(path) = file.path else {
            context.printer.warning(format_args!("{key} of {} is not pinned: there is no such program", table(at)));
            continue;
        };
        if is_system {
            context.printer.note(format_args!(
                "{key} is not pinned: {} belongs to the operating system, whose updates change it (--system pins it)",
                path.display()
            ));
            continue;
        }
        let pin = pin_of(&path)
            .map_err(|error| HostError::Io(format!("cannot read {} of {}: {error}", path.display(), table(at))))?;
        add(wanted, at, key, pin, &path)?;
    }
    Ok(())
}

fn add(wanted: &mut FileHashes, at: &PluginUse, name: String, pin: String, path: &Path) -> Result<(), HostError> {
    match wanted.entry(name) {
        Entry::Vacant(free) => drop(free.insert((pin, path.to_owned()))),
        Entry::Occupied(taken) => {
            let (other, file) = taken.get();
            if *other != pin {
                return Err(HostError::Config(format!(
                    "{} uses {}, and another table uses {}: {} can have only one pin",
                    table(at),
                    path.display(),
                    file.display(),
                    taken.key()
                )));
            }
        }
    }
    Ok(())
}

/// Returns the table of a plugin in the notation of the config.
fn table(at: &PluginUse) -> String {
    format!("[{}]", pointer::dotted(&at.pointer))
}

/// Writes the new hashes atomically, keeps the permissions of the file and follows links.
fn write(path: &Path, changes: &Pins) -> Result<(), HostError> {
    let io =
        |what: &dyn std::fmt::Display| HostError::Io(format!("cannot write the config {}: {what}", path.display()));
    let file = path.canonicalize().map_err(|error| io(&error))?;
    if let Some(problem) = unwritable(&file) {
        return Err(HostError::Io(format!("cannot write the hashes: {problem}")));
    }
    let before = text_of(&file)?;
    let text = pins::with_pins(&before, changes)
        .map_err(|problem| HostError::Config(format!("cannot write the hashes into {}: {problem}", path.display())))?;
    check_text(path, &before, &text, changes)?;
    remove_abandoned(&file);
    let mut part = TemporaryFile::beside(&file).map_err(|error| io(&error))?;
    let written = part.write_all(text.as_bytes()).and_then(|()| part.as_file().sync_all());
    written.and_then(|()| part.replace(&file)).map_err(|error| io(&error))
}

/// Returns the text with its byte order mark, which [`read_text`] removes.
fn text_of(file: &Path) -> Result<String, HostError> {
    let text = read_text(file).map_err(LoadError::from)?;
    let marked = fs::read(file).is_ok_and(|bytes| bytes.starts_with("\u{feff}".as_bytes()));
    Ok(if marked { format!("\u{feff}{text}") } else { text })
}

/// Refuses a new text that differs from the old one in more than the pins.
fn check_text(path: &Path, before: &str, after: &str, changes: &Pins) -> Result<(), HostError> {
    let parse = |text: &str| Document::parse(path.display().to_string(), text).ok();
    let is_same = parse(before).zip(parse(after)).is_some_and(|(before, after)| {
        let pins = pins::of(&after);
        let has_all = changes.iter().all(|(name, pin)| pins.get(name) == Some(pin));
        has_all && without_pins(before.value) == without_pins(after.value)
    });
    if is_same {
        return Ok(());
    }
    let text = format!("{} is unchanged: the hashes would change other values", path.display());
    Err(HostError::Config(text))
}

/// Returns the config without its pins, and without a table that has only pins.
fn without_pins(mut config: Value) -> Value {
    if let Some(Value::Object(plugins)) = config.get_mut("plugins") {
        plugins.remove("pins");
        let is_empty = plugins.is_empty();
        if let Some(table) = config.as_object_mut().filter(|_| is_empty) {
            table.remove("plugins");
        }
    }
    config
}
