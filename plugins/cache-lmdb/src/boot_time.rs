//! The shift between the clock of the machine and that of the store.
//!
//! The clock of the machine can be set forward or back, also between two runs. Quota windows and leases would then end too
//! early or too late. The store therefore keeps the time of the machine's boot by its own clock. Within one boot, the clock
//! that counts from the boot decides: the shift is the sum of all changes of the machine's clock since the store was first
//! opened in this boot.

use crate::tables::Table;
use crate::transaction::Transactions;
use rowsmith_plugin_api::prelude::Result;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Key of the record among the windows, whose keys begin with a name.
const KEY: &[u8] = b"\0boot";
/// Smaller differences come from reading two clocks, and from their corrections.
const MIN_SHIFT_MS: i64 = 250;

/// The clocks of the machine at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Clocks {
    /// Identity of the boot.
    boot: Vec<u8>,
    /// Time since the boot in milliseconds, including sleep.
    since_boot_ms: i64,
    /// Time since 1970 in milliseconds.
    wall_ms: i64,
}

/// Returns the milliseconds to add to the host's times, and stores the record if it is the first one of this boot.
///
/// # Errors
/// Those of a transaction.
pub(crate) fn shift_ms(transactions: &Transactions, table: Table) -> Result<i64> {
    let Some(clocks) = now() else { return Ok(0) };
    if let Some(shift) = transactions.read(|txn| Ok(shift(table.get(txn, KEY)?, &clocks)))? {
        return Ok(shift);
    }
    transactions.write(0, move |txn| {
        // Another process may have been faster.
        if let Some(shift) = shift(table.get(txn, KEY)?, &clocks) {
            return Ok(shift);
        }
        table.put(txn, KEY, &record(&clocks))?;
        Ok(0)
    })
}

/// Returns the number of records among the windows.
pub(crate) fn count(table: Table, txn: &heed::RoTxn<'_>) -> heed::Result<u64> {
    Ok(u64::from(table.get(txn, KEY)?.is_some()))
}

/// Adds a shift to a time.
pub(crate) fn shifted(time_ms: u64, shift_ms: i64) -> u64 {
    time_ms.saturating_add_signed(shift_ms)
}

/// Returns the shift by the record of this boot; `None` without one.
fn shift(record: Option<&[u8]>, clocks: &Clocks) -> Option<i64> {
    let (booted_at, boot) = record?.split_first_chunk::<8>()?;
    let expected = i64::from_le_bytes(*booted_at).saturating_add(clocks.since_boot_ms);
    let shift = expected.saturating_sub(clocks.wall_ms);
    (boot == clocks.boot).then_some(if shift.saturating_abs() < MIN_SHIFT_MS { 0 } else { shift })
}

fn record(clocks: &Clocks) -> Vec<u8> {
    let booted_at = clocks.wall_ms.saturating_sub(clocks.since_boot_ms);
    [&booted_at.to_le_bytes()[..], &clocks.boot].concat()
}

/// Reads the clocks; `None` on systems without a clock since the boot.
#[cfg(target_os = "linux")]
fn now() -> Option<Clocks> {
    let boot = std::fs::read("/proc/sys/kernel/random/boot_id").ok()?.trim_ascii().to_vec();
    let time = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    let since_boot = Duration::new(time.tv_sec.try_into().ok()?, time.tv_nsec.try_into().ok()?);
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let milliseconds = |time: Duration| i64::try_from(time.as_millis()).ok();
    Some(Clocks { boot, since_boot_ms: milliseconds(since_boot)?, wall_ms: milliseconds(wall)? })
}

#[cfg(not(target_os = "linux"))]
fn now() -> Option<Clocks> {
    None
}

#[cfg(test)]
mod tests {
    use super::{Clocks, record, shift, shifted};

    const YEAR_MS: i64 = 365 * 86_400_000;

    #[test]
    fn changes_of_the_clock_within_a_boot_are_undone() {
        let first = Clocks { boot: b"a".to_vec(), since_boot_ms: 1_000, wall_ms: 1_700_000_000_000 };
        let stored = record(&first);
        let later = |passed: i64, step: i64, boot: &[u8]| Clocks {
            boot: boot.to_vec(),
            since_boot_ms: first.since_boot_ms + passed,
            wall_ms: first.wall_ms + passed + step,
        };
        let cases = [
            ("no change", later(60_000, 0, b"a"), Some(0)),
            ("a correction", later(60_000, 30, b"a"), Some(0)),
            ("an hour back", later(60_000, -3_600_000, b"a"), Some(3_600_000)),
            ("an hour ahead", later(0, 3_600_000, b"a"), Some(-3_600_000)),
            ("a year back", later(5, -YEAR_MS, b"a"), Some(YEAR_MS)),
            ("ten years ahead", later(5, 10 * YEAR_MS, b"a"), Some(-10 * YEAR_MS)),
            ("another boot", later(60_000, 3_600_000, b"b"), None),
        ];
        for (case, clocks, expected) in cases {
            assert_eq!(shift(Some(&stored), &clocks), expected, "{case}");
        }
        assert_eq!(shift(None, &first), None);
        assert_eq!(shift(Some(&[1, 2]), &first), None, "a damaged record");
        assert_eq!(shift(Some(&[0xff; 9]), &first), None, "a damaged record");
        assert_eq!((shifted(10, -20), shifted(10, 20)), (0, 30));
    }
}
