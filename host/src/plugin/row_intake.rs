//! Receives the rows of scrapers and measures their silence.

use crate::limit::memory::{ByteGauge, HeldBytes};
use rowsmith_plugin_api::row::{Column, repeated_name};
use rowsmith_plugin_api::scraper::{decode_columns, decode_rows};
use rowsmith_plugin_api::{Error, ErrorKind, Result, RowChunk};
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Maximum bytes of a chunk.
const MAX_BYTES: usize = 64 << 20;
/// Maximum rows of a chunk.
const MAX_ROWS: usize = 1_000_000;

/// Memory of a row besides its text, in bytes.
const ROW_BYTES: usize = 256;

/// Rows of a scraper, and their memory.
#[derive(Debug)]
pub struct ScrapedChunk {
    rows: RowChunk,
    /// Held until the last row has left the pipeline.
    _held: HeldBytes,
}

impl ScrapedChunk {
    /// Counts the memory of rows that were read without a reservation.
    pub fn new(rows: RowChunk, memory: &ByteGauge) -> Self {
        let held = memory.hold(rows_bytes(rows.size(), rows.len()));
        Self { rows, _held: held }
    }

    /// Keeps only the first rows.
    pub fn truncate(&mut self, rows: usize) {
        self.rows.truncate(rows);
    }
}

impl Deref for ScrapedChunk {
    type Target = RowChunk;

    fn deref(&self) -> &RowChunk {
        &self.rows
    }
}

/// Returns the memory of rows: their cells, and as much for the questions about them.
fn rows_bytes(cells: usize, rows: usize) -> usize {
    cells * 2 + rows * ROW_BYTES
}

/// One message from a scraper.
pub enum Scraped {
    /// The columns of all rows, before the first row.
    Columns(Vec<Column>),
    /// Some rows.
    Rows(ScrapedChunk),
    /// The end of the source, or the error that ended it.
    End(Result<()>),
}

/// Routes the rows of scrapers by sink number.
#[derive(Clone, Default)]
pub struct RowIntake(Arc<IntakeState>);

#[derive(Default)]
struct IntakeState {
    next: AtomicU64,
    open: Mutex<HashMap<u64, Sink>>,
    activity: Mutex<Activity>,
}

struct Sink {
    memory: ByteGauge,
    sender: mpsc::Sender<Scraped>,
    /// The error of refused rows; without them the source is incomplete.
    refused: Option<Error>,
}

/// The host services in use by scrapers.
#[derive(Default)]
struct Activity {
    under_way: usize,
    last: Option<Instant>,
}

/// Marks a service call of a scraper until it is dropped.
pub struct Busy(RowIntake);

impl RowIntake {
    /// Opens a sink and returns its number. Its rows wait while `memory` has no room for them.
    pub fn open(&self, sender: mpsc::Sender<Scraped>, memory: ByteGauge) -> u64 {
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.open_sinks().insert(number, Sink { memory, sender, refused: None });
        self.activity().last = Some(Instant::now());
        number
    }

    /// Closes a sink, so that further rows are refused. Returns the error of earlier refused rows.
    pub fn close(&self, number: u64) -> Option<Error> {
        self.open_sinks().remove(&number)?.refused
    }

    /// Receives the rows of a call.
    pub(super) async fn rows(&self, payload: &[u8]) -> Result<()> {
        let (sender, memory) = self.sink(payload)?;
        let rows = self.accepted(payload, read(payload))?;
        let held = tokio::select! {
            held = memory.reserve(rows_bytes(rows.size(), rows.len())) => held,
            () = sender.closed() => return Err(unwanted()),
        };
        sender.send(Scraped::Rows(ScrapedChunk { rows, _held: held })).await.map_err(|_| unwanted())
    }

    /// Receives the columns of a call.
    pub(super) async fn columns(&self, payload: &[u8]) -> Result<()> {
        let (sender, _) = self.sink(payload)?;
        let (_, columns) = self.accepted(payload, decode_columns(payload))?;
        sender.send(Scraped::Columns(columns)).await.map_err(|_| unwanted())
    }

    /// Returns the sink that a payload is for.
    fn sink(&self, payload: &[u8]) -> Result<(mpsc::Sender<Scraped>, ByteGauge)> {
        match self.open_sinks().get(&sink_number(payload)) {
            Some(Sink { refused: Some(error), .. }) => Err(error.clone()),
            Some(sink) => Ok((sink.sender.clone(), sink.memory.clone())),
            None => Err(unwanted()),
        }
    }

    /// Returns the content of a payload. After an error the sink refuses all further ones.
    fn accepted<T>(&self, payload: &[u8], content: Result<T>) -> Result<T> {
        content.inspect_err(|error| {
            if let Some(sink) = self.open_sinks().get_mut(&sink_number(payload)) {
                sink.refused = Some(error.clone());
            }
        })
    }

    /// Starts a service call of a scraper.
    pub(super) fn busy(&self) -> Busy {
        self.activity().under_way += 1;
        Busy(self.clone())
    }

    /// Returns the time since the last service call of a scraper; zero during one.
    pub fn silence(&self) -> Duration {
        let activity = self.activity();
        match activity.last {
            Some(last) if activity.under_way == 0 => last.elapsed(),
            _ => Duration::ZERO,
        }
    }

    fn open_sinks(&self) -> MutexGuard<'_, HashMap<u64, Sink>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn activity(&self) -> MutexGuard<'_, Activity> {
        self.0.activity.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        let mut activity = self.0.activity();
        activity.under_way = activity.under_way.saturating_sub(1);
        activity.last = Some(Instant::now());
    }
}

fn sink_number(payload: &[u8]) -> u64 {
    payload.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

fn unwanted() -> Error {
    Error::new(ErrorKind::Cancelled, "no more rows are wanted")
}

/// Decodes rows within the limits of a chunk.
fn read(payload: &[u8]) -> Result<RowChunk> {
    let too_large = |what: String| Error::new(ErrorKind::TooLarge, format!("the scraper sent a chunk of {what}"));
    if payload.len() > MAX_BYTES {
        let sizes = format!("{} MiB of rows (maximum {} MiB)", payload.len() >> 20, MAX_BYTES >> 20);
        return Err(too_large(sizes));
    }
    let (_, rows) = decode_rows(payload)?;
    if rows.len() > MAX_ROWS {
        return Err(too_large(format!("{} rows (maximum {MAX_ROWS})", rows.len())));
    }
    match repeated_name(rows.columns().iter().map(String::as_str)) {
        None => Ok(rows),
        Some(twice) => {
            Err(Error::new(ErrorKind::InvalidData, format!("the scraper sent rows with two columns `{twice}`")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rowsmith_plugin_api::row::{Cell, ChunkBuilder};

    fn payload(sink: u64, columns: &[&str], rows: usize) -> Vec<u8> {
        let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        let mut builder = ChunkBuilder::with_columns(columns.into());
        for _ in 0..rows {
            builder.cell_at(0, Cell::NULL);
            builder.end_row().unwrap();
        }
        let mut bytes = sink.to_le_bytes().to_vec();
        builder.take().encode_into(&mut bytes).unwrap();
        bytes
    }

    #[tokio::test]
    async fn a_chunk_that_is_refused_makes_the_source_incomplete() {
        let cases = [
            (payload(0, &["a"], MAX_ROWS + 1), "chunk of 1000001 rows (maximum 1000000)"),
            (vec![0; MAX_BYTES + 1], "chunk of 64 MiB of rows (maximum 64 MiB)"),
            (payload(0, &["a", "b", "a"], 1), "sent rows with two columns `a`"),
            (vec![0; 20], "rows in an unknown format"),
        ];
        for (bytes, sentence) in cases {
            let intake = RowIntake::default();
            let (sender, mut receiver) = mpsc::channel(4);
            assert_eq!(intake.open(sender, ByteGauge::new(usize::MAX)), 0);
            let error = intake.rows(&bytes).await.unwrap_err();
            assert!(error.message.contains(sentence), "{}", error.message);
            let again = intake.rows(&payload(0, &["a"], 1)).await.unwrap_err();
            assert_eq!(again, error, "rows after it would be out of order");
            assert!(receiver.try_recv().is_err());
            assert_eq!(intake.close(0), Some(error));
            assert_eq!(intake.rows(&payload(0, &["a"], 1)).await.unwrap_err().kind, ErrorKind::Cancelled);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn rows_wait_in_the_scraper_while_memory_is_full() {
        let intake = RowIntake::default();
        let (sender, mut receiver) = mpsc::channel(4);
        let memory = ByteGauge::new(rows_bytes(5, 1) * 2);
        intake.open(sender, memory.clone());
        let bytes = payload(0, &["a"], 1);
        for _ in 0..2 {
            intake.rows(&bytes).await.unwrap();
        }
        let mut third = Box::pin(intake.rows(&bytes));
        assert!(tokio::time::timeout(Duration::from_secs(1), &mut third).await.is_err());
        assert!(memory.is_blocked());
        drop(receiver.recv().await);
        third.await.unwrap();
        let mut fourth = Box::pin(intake.rows(&bytes));
        assert!(tokio::time::timeout(Duration::from_secs(1), &mut fourth).await.is_err());
        drop(receiver);
        assert_eq!(fourth.await.unwrap_err().kind, ErrorKind::Cancelled, "no more rows are wanted");
    }

    #[test]
    fn a_scraper_that_uses_a_service_is_not_silent() {
        let intake = RowIntake::default();
        let (sender, _receiver) = mpsc::channel(1);
        intake.open(sender, ByteGauge::new(usize::MAX));
        let busy = intake.busy();
        let other = intake.busy();
        drop(other);
        assert_eq!(intake.silence(), Duration::ZERO);
        drop(busy);
        assert!(intake.0.activity.lock().unwrap().under_way == 0);
    }
}
