//! Warnings about plugins whose programs are not part of a recording or a replay.

use crate::document::command_names;
use crate::plugin::host_services::PluginId;
use crate::plugin::record_replay::RecordReplay;
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::Capability;
use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The plugins that a warning has named.
#[derive(Debug, Default)]
pub(super) struct UnrecordedPrograms(Mutex<BTreeSet<String>>);

impl UnrecordedPrograms {
    /// Warns once about a plugin that starts its program without a recording.
    pub(super) fn warn(&self, manifest: &Manifest, record_replay: &RecordReplay) {
        // The `exec` plugins before version 0.3 do not mark their commands.
        let starts_program = manifest.name == "exec" || !command_names(&manifest.config_schema).is_empty();
        let Some(reason) = reason(manifest, record_replay).filter(|_| starts_program) else { return };
        let plugin = PluginId::of(manifest).to_string();
        if self.named().insert(plugin.clone()) {
            tracing::warn!("{plugin} {}: {reason}", manifest.version);
        }
    }

    fn named(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn reason(manifest: &Manifest, record_replay: &RecordReplay) -> Option<String> {
    let records = manifest.can(Capability::Record);
    match record_replay {
        RecordReplay::Record(_) if !records => {
            Some("the lines of its program are not recorded; this version does not support it".to_owned())
        }
        RecordReplay::Replay(_) if !records => {
            Some("its program is started; this version does not support replays".to_owned())
        }
        RecordReplay::Replay(replayer) if !replayer.has_programs() => Some(format!(
            "its program is started; {} has no lines of programs, which versions before 0.3 did not record",
            replayer.folder().display()
        )),
        RecordReplay::Off | RecordReplay::Record(_) | RecordReplay::Replay(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::record_replay::Recorder;
    use crate::redact::Redactor;
    use serde_json::json;

    fn manifest(name: &str, capability: Capability, schema: &serde_json::Value) -> Manifest {
        let text = format!(
            "rowsmith-manifest 1\nname: {name}\nkind: scraper\nversion: 0.2.0\nabout: x\nabi: 1\napi-version: 0.2.0\n\
             capabilities: {capability},\nentry: none\nconfig-schema: {schema}\nrowsmith-manifest-end\n"
        );
        Manifest::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn only_programs_without_a_recording_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let recorder = Recorder::new(&folder.path().join("rec"), Redactor::default()).unwrap();
        let recording = RecordReplay::Record(Box::new(recorder));
        let command = json!({"properties": {"run": {"type": "string", "format": "command"}}});
        for (name, capability, schema, expected) in [
            ("exec", Capability::List, json!({}), true),
            ("convert", Capability::List, command.clone(), true),
            ("convert", Capability::Record, command, false),
            ("csv", Capability::List, json!({}), false),
        ] {
            let unrecorded = UnrecordedPrograms::default();
            let manifest = manifest(name, capability, &schema);
            unrecorded.warn(&manifest, &RecordReplay::Off);
            assert!(unrecorded.named().is_empty(), "{name}: a run without a recording");
            unrecorded.warn(&manifest, &recording);
            unrecorded.warn(&manifest, &recording);
            assert_eq!(unrecorded.named().len(), usize::from(expected), "{name} {capability}");
        }
    }
}
