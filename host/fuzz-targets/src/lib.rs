//! The fuzz targets: functions that run one reader of foreign bytes and verify its guarantees.
//!
//! `host/fuzz` gives them to the fuzzing engine. `tests/seeds.rs` replays the stored inputs, and changed copies of them, with
//! every compiler. Bytes that are not an input of a target are ignored.
#![forbid(unsafe_code)]

mod answer;
mod append;
mod config;
mod csv;
mod cut_answer;
mod exec_line;
mod folder;
mod frame;
mod image;
mod jsonl;
mod manifest;
mod message;
mod mutate;
mod record;
mod recording;
mod response;
mod roadmap;
mod roadmap_graph;
mod rows;
mod schema;
mod set;
mod store_file;
mod store_record;
mod stream;
mod wait;

pub use mutate::mutate;

/// A fuzz target.
#[derive(Debug, Clone, Copy)]
pub struct FuzzTarget {
    /// Name, also of the folder of its seeds.
    pub name: &'static str,
    /// Runs the target on one input.
    pub run: fn(&[u8]),
}

/// All targets, in the order of their names.
pub const TARGETS: [FuzzTarget; 23] = [
    FuzzTarget { name: "answer", run: answer::run },
    FuzzTarget { name: "append", run: append::run },
    FuzzTarget { name: "config", run: config::run },
    FuzzTarget { name: "csv", run: csv::run },
    FuzzTarget { name: "cut_answer", run: cut_answer::run },
    FuzzTarget { name: "exec_line", run: exec_line::run },
    FuzzTarget { name: "frame", run: frame::run },
    FuzzTarget { name: "image", run: image::run },
    FuzzTarget { name: "jsonl", run: jsonl::run },
    FuzzTarget { name: "manifest", run: manifest::run },
    FuzzTarget { name: "message", run: message::run },
    FuzzTarget { name: "record", run: record::run },
    FuzzTarget { name: "recording", run: recording::run },
    FuzzTarget { name: "response", run: response::run },
    FuzzTarget { name: "roadmap", run: roadmap::run },
    FuzzTarget { name: "roadmap_graph", run: roadmap_graph::run },
    FuzzTarget { name: "rows", run: rows::run },
    FuzzTarget { name: "schema", run: schema::run },
    FuzzTarget { name: "set", run: set::run },
    FuzzTarget { name: "store_file", run: store_file::run },
    FuzzTarget { name: "store_record", run: store_record::run },
    FuzzTarget { name: "stream", run: stream::run },
    FuzzTarget { name: "wait", run: wait::run },
];

/// Runs the target of this name.
///
/// # Panics
/// If there is no such target, and if the input violates a guarantee.
pub fn run(name: &str, input: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name).expect("a fuzz target has this name");
    (target.run)(input);
}
