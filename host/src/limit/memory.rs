//! Bounds the bytes of rows, calls, answers and output that a run holds in memory.
//!
//! Every part has its own gauge, so that a full part never blocks the one that empties it. A reservation that is larger than
//! the gauge passes alone, while the gauge is empty.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::{Mutex, Notify};

/// The gauges of a run. Their maxima add up to the window.
#[derive(Debug, Clone)]
pub struct MemoryWindow {
    /// Rows from the scraper until they are exported, with their questions and answers: half of the window.
    pub rows: ByteGauge,
    /// Requests of the calls in flight: a quarter.
    pub calls: ByteGauge,
    /// Responses until their answers are durable: an eighth.
    pub answers: ByteGauge,
    /// Rows that wait for exporters: an eighth.
    pub output: ByteGauge,
}

impl MemoryWindow {
    /// Creates the gauges of a window of this many bytes.
    pub fn new(bytes: usize) -> Self {
        let share = |divisor| ByteGauge::new(bytes / divisor);
        Self { rows: share(2), calls: share(4), answers: share(8), output: share(8) }
    }

    /// Returns the sum of the highest numbers of bytes that each gauge held.
    pub fn peak(&self) -> usize {
        [&self.rows, &self.calls, &self.answers, &self.output].into_iter().map(ByteGauge::peak).sum()
    }
}

/// Counts bytes in memory, up to a maximum.
#[derive(Debug, Clone)]
pub struct ByteGauge(Arc<State>);

#[derive(Debug)]
struct State {
    max: usize,
    held: AtomicUsize,
    peak: AtomicUsize,
    waiting: AtomicUsize,
    /// Held while waiting, so that a large reservation is not overtaken.
    turn: Mutex<()>,
    freed: Notify,
    blocked: Notify,
}

impl ByteGauge {
    /// Creates an empty gauge.
    pub fn new(max: usize) -> Self {
        Self(Arc::new(State {
            max,
            held: AtomicUsize::new(0),
            peak: AtomicUsize::new(0),
            waiting: AtomicUsize::new(0),
            turn: Mutex::new(()),
            freed: Notify::new(),
            blocked: Notify::new(),
        }))
    }

    /// Returns the maximum in bytes.
    pub fn max(&self) -> usize {
        self.0.max
    }

    /// Returns the highest number of bytes that were held at once.
    pub fn peak(&self) -> usize {
        self.0.peak.load(Ordering::Relaxed)
    }

    /// Returns whether bytes can be reserved without a wait.
    pub fn has_room(&self, bytes: usize) -> bool {
        let held = self.0.held.load(Ordering::Acquire);
        held == 0 || held.saturating_add(bytes) <= self.0.max
    }

    /// Counts bytes that are in memory already.
    pub fn hold(&self, bytes: usize) -> HeldBytes {
        let mut held = HeldBytes { gauge: self.clone(), bytes: 0 };
        held.grow(bytes);
        held
    }

    /// Reserves bytes, after a wait while there is no room for them.
    pub async fn reserve(&self, bytes: usize) -> HeldBytes {
        let _turn = self.0.turn.lock().await;
        let mut waiting = None;
        while !self.has_room(bytes) {
            waiting.get_or_insert_with(|| Waiting::new(self));
            self.0.freed.notified().await;
        }
        self.hold(bytes)
    }

    /// Returns whether a reservation waits for room.
    pub fn is_blocked(&self) -> bool {
        self.0.waiting.load(Ordering::Acquire) > 0
    }

    /// Waits until a reservation has to wait.
    pub async fn blocked(&self) {
        self.0.blocked.notified().await;
    }
}

/// Bytes that a gauge counts until they are dropped.
#[derive(Debug)]
pub struct HeldBytes {
    gauge: ByteGauge,
    bytes: usize,
}

impl HeldBytes {
    /// Counts more bytes, whether there is room or not.
    pub fn grow(&mut self, bytes: usize) {
        self.bytes += bytes;
        let State { held, peak, .. } = &*self.gauge.0;
        let now = held.fetch_add(bytes, Ordering::AcqRel) + bytes;
        peak.fetch_max(now, Ordering::Relaxed);
    }

    /// Counts fewer bytes.
    pub fn shrink(&mut self, bytes: usize) {
        let freed = bytes.min(self.bytes);
        self.bytes -= freed;
        self.gauge.0.held.fetch_sub(freed, Ordering::AcqRel);
        if self.gauge.is_blocked() {
            self.gauge.0.freed.notify_one();
        }
    }
}

impl Drop for HeldBytes {
    fn drop(&mut self) {
        self.shrink(self.bytes);
    }
}

/// Counts a reservation that waits.
struct Waiting<'a>(&'a ByteGauge);

impl<'a> Waiting<'a> {
    fn new(gauge: &'a ByteGauge) -> Self {
        gauge.0.waiting.fetch_add(1, Ordering::AcqRel);
        gauge.0.blocked.notify_one();
        // Bytes that were freed before the wait was announced notified no waiter.
        gauge.0.freed.notify_one();
        Self(gauge)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    async fn waits<T>(work: &mut (impl Future<Output = T> + Unpin)) -> bool {
        tokio::time::timeout(Duration::from_secs(1), work).await.is_err()
    }

    #[tokio::test(start_paused = true)]
    async fn a_reservation_waits_for_room_and_is_not_overtaken() {
        let gauge = ByteGauge::new(100);
        let mut first = gauge.reserve(60).await;
        let mut large = Box::pin(gauge.reserve(50));
        assert!(waits(&mut large).await && gauge.is_blocked());
        gauge.blocked().await;
        let mut small = Box::pin(gauge.reserve(10));
        assert!(waits(&mut small).await, "it came later");
        first.shrink(10);
        let large = large.await;
        assert!(waits(&mut small).await, "100 of 100 bytes are held");
        drop((large, first));
        drop(small.await);
        assert!(!gauge.is_blocked());
        assert_eq!(gauge.peak(), 100);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reservation_over_the_maximum_passes_alone() {
        let gauge = ByteGauge::new(100);
        let first = gauge.reserve(1).await;
        let mut large = Box::pin(gauge.reserve(1_000));
        assert!(waits(&mut large).await);
        drop(first);
        let large = large.await;
        assert!(!gauge.has_room(1));
        drop(large);
        assert!(gauge.has_room(1_000));
        let mut held = gauge.hold(500);
        held.grow(1);
        assert_eq!(gauge.peak(), 1_000, "bytes in memory are counted without a wait");
    }

    #[test]
    fn the_gauges_are_parts_of_the_window() {
        let window = MemoryWindow::new(256 << 20);
        let max = |gauge: &ByteGauge| gauge.max() >> 20;
        assert_eq!([&window.rows, &window.calls, &window.answers, &window.output].map(max), [128, 64, 32, 32]);
        drop((window.rows.hold(3), window.output.hold(4)));
        assert_eq!(window.peak(), 7);
    }
}
