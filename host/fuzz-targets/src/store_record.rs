//! Reads the stored forms of leases and quota windows.
//!
//! Properties: a lease round-trips; a window that is stored again is the same; a window grants what is within its limit.

use rowsmith_plugin_api::lease::Lease;
use rowsmith_plugin_api::quota::SlidingWindow;

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    if let Some(lease) = Lease::from_bytes(bytes) {
        assert_eq!(lease.to_bytes(), bytes);
        assert!(!lease.is_active(u64::MAX) || !lease.is_active(0), "a lease without an end");
    }
    let Some((numbers, stored)) = bytes.split_first_chunk::<16>() else { return };
    let (length, now) = numbers.split_at(8);
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
    let (length, now) = (number(length), number(now));
    let mut window = SlidingWindow::from_bytes(length, stored);
    let kept = window.to_bytes();
    assert_eq!(SlidingWindow::from_bytes(length, &kept).to_bytes(), kept, "not stable");
    let wait = window.wait_ms(now, 3, 1);
    if wait == 0 {
        window.take(now, 1);
    }
    window.correct(now, 1, 2);
    let kept = window.to_bytes();
    assert_eq!(SlidingWindow::from_bytes(length, &kept).to_bytes(), kept, "not stable after a change");
}
