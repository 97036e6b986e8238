//! The log file: one JSON line for each request before anything is done about it, and one for each reply after its last
//! byte. A test that kills the client reads from it what was asked and what was delivered.
//!
//! Lines are written in one piece, straight to the system, so they outlive the server. The key is never in it.

use crate::expected::stable_hash;
use crate::record::RequestRecord;
use serde_json::{Value, json};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// An open log, or none.
#[derive(Debug)]
pub(crate) struct Journal {
    file: Option<Mutex<File>>,
}

impl Journal {
    /// Opens the log for appending.
    pub(crate) fn open(path: Option<&Path>) -> io::Result<Self> {
        let open = |path: &Path| OpenOptions::new().create(true).append(true).open(path);
        Ok(Self { file: path.map(open).transpose()?.map(Mutex::new) })
    }

    /// Notes a request that has arrived.
    pub(crate) fn request(&self, record: &RequestRecord) {
        let rows: Vec<&Value> = record.rows.iter().map(|row| &row.row).collect();
        let key_hash = record.key.as_ref().map(|key| format!("{:016x}", stable_hash(key.as_bytes())));
        self.write(&json!({
            "event": "request", "index": record.index, "at_ms": millis(record.at), "dialect": record.dialect,
            "path": record.path, "model": record.model, "key_hash": key_hash, "rows": rows,
        }));
    }

    /// Notes a reply that was sent whole.
    pub(crate) fn reply(&self, index: usize, status: u16, at: Duration) {
        self.write(&json!({"event": "reply", "index": index, "at_ms": millis(at), "status": status}));
    }

    /// Writes a line. A log that cannot be written must not change what the server does, so the failure is dropped.
    fn write(&self, line: &Value) {
        if let Some(file) = &self.file {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            drop(file.write_all(format!("{line}\n").as_bytes()).and_then(|()| file.flush()));
        }
    }
}

fn millis(at: Duration) -> u64 {
    u64::try_from(at.as_millis()).unwrap_or(u64::MAX)
}
