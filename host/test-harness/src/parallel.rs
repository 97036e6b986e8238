//! Cases of a test that mostly wait.

use std::panic::resume_unwind;
use std::thread::scope;

/// Maximum number of cases at the same time.
const PARALLEL: usize = 4;

/// Runs a function for every case, several at the same time. The results are in the order of the cases.
///
/// # Panics
/// If the function panics.
pub fn parallel<T: Send, R: Send>(cases: impl IntoIterator<Item = T>, check: impl Fn(T) -> R + Sync) -> Vec<R> {
    let mut cases: Vec<T> = cases.into_iter().collect();
    let mut results = Vec::new();
    while !cases.is_empty() {
        let later = cases.split_off(PARALLEL.min(cases.len()));
        scope(|scope| {
            let threads: Vec<_> = cases.into_iter().map(|case| scope.spawn(|| check(case))).collect();
            results
                .extend(threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))));
        });
        cases = later;
    }
    results
}
