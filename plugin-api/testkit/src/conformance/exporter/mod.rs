//! What the host relies on in an exporter.

mod endings;
mod rows;
mod session;

use super::suite::Step;

pub(super) const CHECKS: &[Step] = &[
    ("the target is stable", endings::target),
    ("a complete export is at its target and has all rows", endings::complete),
    ("every kind of value can be written", rows::every_value),
    ("columns may come late", rows::late_columns),
    ("an export without rows is complete as well", rows::no_rows),
    ("the same rows make the same file", rows::repeatable),
    ("an earlier result survives until the end", endings::survives),
    ("an earlier result survives a run that was stopped", endings::partial),
    ("an earlier result survives a run that is discarded", endings::discard),
    ("an export that is dropped in the middle leaves no trace", endings::dropped),
    ("two exports to two targets do not disturb each other", endings::two),
];
