//! The checks of an exporter, in their order.

use super::{append, endings, rows};
use crate::conformance::manifest;
use crate::conformance::suite::CheckSpec;

pub(in crate::conformance) const CHECKS: &[CheckSpec] = &[
    ("extensions", "file extensions are in lower case and have no dot", manifest::extensions),
    ("target", "the target is stable", endings::target),
    ("complete", "a complete export is at its target with all rows", endings::complete),
    ("every_value", "every kind of value can be written", rows::every_value),
    ("described_columns", "columns may be described before the rows", rows::described),
    ("late_columns", "columns may arrive late, or are refused by name", rows::late_columns),
    ("no_rows", "an export may have no rows", rows::no_rows),
    ("repeatable", "equal rows make equal outputs", rows::repeatable),
    ("survives_writing", "an earlier result survives until the end", endings::survives),
    ("survives_partial", "an earlier result survives a run that was stopped", endings::partial),
    ("survives_discard", "an earlier result survives a discarded run", endings::discard),
    ("append", "rows are appended to an earlier output", append::rows_follow),
    ("append_survives", "an earlier output survives an interrupted export that appends", append::survives),
    ("append_columns", "new columns of appended rows arrive, or are refused by name", append::new_columns),
    ("dropped_export", "a dropped export leaves no files", endings::dropped),
    ("two_exports", "two exports to two targets do not interfere", endings::two),
];
