//! Receives the rows of scrapers and measures their silence.

use rowsmith_plugin_api::row::{Column, repeated_name};
use rowsmith_plugin_api::scraper::{decode_columns, decode_rows};
use rowsmith_plugin_api::{Error, ErrorKind, Result, RowChunk};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// Maximum bytes of a chunk.
const MAX_BYTES: usize = 64 << 20;
/// Maximum rows of a chunk.
const MAX_ROWS: usize = 1_000_000;

/// One message from a scraper.
pub enum Scraped {
    /// The columns of all rows, before the first row.
    Columns(Vec<Column>),
    /// Some rows.
    Rows(RowChunk),
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
    /// Opens a sink and returns its number.
    pub fn open(&self, sender: mpsc::Sender<Scraped>) -> u64 {
        let number = self.0.next.fetch_add(1, Ordering::Relaxed);
        self.open_sinks().insert(number, Sink { sender, refused: None });
        self.activity().last = Some(Instant::now());
        number
    }

    /// Closes a sink, so that further rows are refused. Returns the error of earlier refused rows.
    pub fn close(&self, number: u64) -> Option<Error> {
        self.open_sinks().remove(&number)?.refused
    }

    /// Receives the rows of a call.
    pub(super) async fn rows(&self, payload: &[u8]) -> Result<()> {
        self.send(payload, |payload| read(payload).map(Scraped::Rows)).await
    }

    /// Receives the columns of a call.
    pub(super) async fn columns(&self, payload: &[u8]) -> Result<()> {
        self.send(payload, |payload| decode_columns(payload).map(|(_, columns)| Scraped::Columns(columns))).await
    }

    async fn send(&self, payload: &[u8], read: impl FnOnce(&[u8]) -> Result<Scraped>) -> Result<()> {
        let unwanted = || Error::new(ErrorKind::Cancelled, "no more rows are wanted");
        let number = payload.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let sender = match self.open_sinks().get(&number) {
            Some(Sink { refused: Some(error), .. }) => return Err(error.clone()),
            Some(sink) => sink.sender.clone(),
            None => return Err(unwanted()),
        };
        match read(payload) {
            Ok(message) => sender.send(message).await.map_err(|_| unwanted()),
            Err(error) => {
                if let Some(sink) = self.open_sinks().get_mut(&number) {
                    sink.refused = Some(error.clone());
                }
                Err(error)
            }
        }
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
            assert_eq!(intake.open(sender), 0);
            let error = intake.rows(&bytes).await.unwrap_err();
            assert!(error.message.contains(sentence), "{}", error.message);
            let again = intake.rows(&payload(0, &["a"], 1)).await.unwrap_err();
            assert_eq!(again, error, "rows after it would be out of order");
            assert!(receiver.try_recv().is_err());
            assert_eq!(intake.close(0), Some(error));
            assert_eq!(intake.rows(&payload(0, &["a"], 1)).await.unwrap_err().kind, ErrorKind::Cancelled);
        }
    }

    #[test]
    fn a_scraper_that_uses_a_service_is_not_silent() {
        let intake = RowIntake::default();
        let (sender, _receiver) = mpsc::channel(1);
        intake.open(sender);
        let busy = intake.busy();
        let other = intake.busy();
        drop(other);
        assert_eq!(intake.silence(), Duration::ZERO);
        drop(busy);
        assert!(intake.0.activity.lock().unwrap().under_way == 0);
    }
}
