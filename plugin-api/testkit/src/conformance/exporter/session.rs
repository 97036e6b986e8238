//! One export under way, and the folder it writes into.

use crate::conformance::finding::{Judged, answer, done, skipped};
use crate::conformance::subject::{Opened, Place, Subject};
use rowsmith_plugin_api::RowChunk;
use rowsmith_plugin_api::bridge::client::ExporterClient;
use rowsmith_plugin_api::exporter::{Ending, ExportSummary};
use rowsmith_plugin_api::row::ChunkBuilder;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

/// What stands for an earlier result.
pub(super) const EARLIER: &str = "an earlier result\n";

/// An export in a fresh folder.
pub(super) struct Session {
    place: Place,
    opened: Opened,
    pub(super) client: ExporterClient,
}

impl Session {
    pub(super) fn new(subject: &Subject) -> Judged<Self> {
        let place = subject.place()?;
        let opened = subject.open(&place, &subject.host(&place))?;
        let client = ExporterClient(opened.remote.clone());
        Ok(Self { place, opened, client })
    }

    /// An export whose target has an earlier result.
    pub(super) fn over_earlier(subject: &Subject) -> Judged<Self> {
        let session = Self::new(subject)?;
        done("writing an earlier result", fs::write(session.file()?, EARLIER))?;
        Ok(session)
    }

    /// The file it writes.
    pub(super) fn file(&self) -> Judged<PathBuf> {
        let target = answer("asking for the target", self.client.target())?;
        match target.path {
            Some(path) => Ok(PathBuf::from(path)),
            None => skipped("the target is no file"),
        }
    }

    pub(super) fn begin(&self, columns: &[&str]) -> Judged {
        let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
        answer("beginning", self.client.begin(&columns))
    }

    pub(super) fn write(&self, rows: &[Value]) -> Judged {
        answer("writing rows", self.client.write(&chunk(rows)?))
    }

    pub(super) fn finish(&self, ending: Ending) -> Judged<ExportSummary> {
        answer("finishing", self.client.finish(ending))
    }

    /// Drops the exporter and leaves its folder.
    pub(super) fn dropped(self) -> Place {
        let Self { place, opened, client } = self;
        drop((opened, client));
        place
    }

    /// The names of the files in the folder.
    pub(super) fn files(&self) -> Judged<BTreeSet<String>> {
        files(&self.place)
    }

    /// The text of the target's file.
    pub(super) fn text(&self) -> Judged<String> {
        let bytes = done("reading the target's file", fs::read(self.file()?))?;
        done("reading the target's file as text", String::from_utf8(bytes))
    }
}

/// The names of the files in a folder.
pub(super) fn files(place: &Place) -> Judged<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    for entry in done("listing the folder", fs::read_dir(place.folder()))? {
        names.insert(done("listing the folder", entry)?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

fn chunk(rows: &[Value]) -> Judged<RowChunk> {
    let mut builder = ChunkBuilder::new();
    for row in rows {
        done("making a row", builder.push(row))?;
    }
    Ok(builder.take())
}
