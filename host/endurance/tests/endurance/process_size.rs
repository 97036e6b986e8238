//! Memory and open files of a process over time, from `/proc`.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

const INTERVAL: Duration = Duration::from_millis(50);
/// Maximum growth of memory in the second half of a run: this much, and a quarter.
const GROWTH_KIB: u64 = 24 * 1_024;
/// Maximum growth of the number of open files.
const GROWTH_FILES: usize = 16;
/// Fewer samples say nothing about growth.
const MIN_SAMPLES: usize = 16;

/// Size of a process.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Sizes {
    pub(crate) memory_kib: u64,
    pub(crate) files: usize,
}

impl Sizes {
    /// Returns the larger of both sizes, each.
    pub(crate) fn max(self, samples: &Samples) -> Self {
        samples.0.iter().fold(self, |largest, size| Self {
            memory_kib: largest.memory_kib.max(size.memory_kib),
            files: largest.files.max(size.files),
        })
    }
}

/// The sizes of a process in the order of time.
#[derive(Debug)]
pub(crate) struct Samples(Vec<Sizes>);

impl Samples {
    /// Asserts that the last quarter of a run is not much larger than its second quarter.
    #[track_caller]
    pub(crate) fn assert_flat(&self, name: &str) {
        let quarter = self.0.len() / 4;
        if self.0.len() < MIN_SAMPLES {
            return;
        }
        let largest = |samples: &[Sizes]| Sizes::default().max(&Self(samples.to_vec()));
        let (before, after) = (largest(&self.0[quarter..2 * quarter]), largest(&self.0[3 * quarter..]));
        let limit = before.memory_kib + before.memory_kib / 4 + GROWTH_KIB;
        assert!(after.memory_kib <= limit, "{name}: memory grows from {before:?} to {after:?}");
        assert!(after.files <= before.files + GROWTH_FILES, "{name}: open files grow from {before:?} to {after:?}");
    }
}

/// A thread that measures a process until the process or the value ends.
#[derive(Debug)]
pub(crate) struct Measurement {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Sizes>>,
}

impl Measurement {
    /// Returns the sizes.
    pub(crate) fn end(self) -> Samples {
        self.is_over.store(true, Ordering::Relaxed);
        Samples(self.thread.join().unwrap())
    }
}

/// Measures a process. Without `/proc` there are no samples.
#[expect(clippy::disallowed_methods, reason = "samples are taken at times, not at events")]
pub(crate) fn measure_until_end(process: u32) -> Measurement {
    let is_over = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&is_over);
    let thread = std::thread::spawn(move || {
        let mut samples = Vec::new();
        while let Some(size) = measure(process).filter(|_| !seen.load(Ordering::Relaxed)) {
            samples.push(size);
            std::thread::sleep(INTERVAL);
        }
        samples
    });
    Measurement { is_over, thread }
}

fn measure(process: u32) -> Option<Sizes> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let memory = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    let memory_kib = memory.split_whitespace().next()?.parse().ok()?;
    let files = fs::read_dir(format!("/proc/{process}/fd")).ok()?.count();
    Some(Sizes { memory_kib, files })
}
