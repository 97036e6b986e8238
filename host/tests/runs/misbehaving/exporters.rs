//! Exporters: the other exporter's rows are complete, and the answers are in the cache.

use super::scene::{Case, Kind, ROWS, check};

const fn case(fault: &'static str, code: i32, says: &'static str, kept: usize) -> Case {
    Case { fault, code, says, kept }
}

#[test]
fn faults_before_the_first_call() {
    let cases = [
        case("mode = 'panic'\nat = 'new'", 4, "error: exporter plugin `misbehaving`: panicked: asked to panic (at ", 0),
        case(
            "mode = 'panic'\nat = 'target'",
            4,
            "error: the exporter plugin `misbehaving` panicked in `target`: asked",
            0,
        ),
        case(
            "mode = 'block'\nat = 'new'",
            8,
            "exporter plugin `misbehaving`: did not return from `new` within 2 s\n",
            0,
        ),
        case(
            "mode = 'block'\nat = 'target'",
            8,
            "error: the exporter plugin `misbehaving` did not return from `target` within 2 s\n",
            0,
        ),
    ];
    check(Kind::Exporter, &cases);
}

#[test]
fn what_one_exporter_does_harms_no_other() {
    let panicked =
        "error: exporter misbehaving (nowhere): the exporter plugin `misbehaving` panicked in `write`: asked to";
    let late = "the exporter plugin `misbehaving` did not return from `write` within 2 s\n";
    let cases = [
        case(
            "mode = 'panic'\nat = 'begin'",
            8,
            "the exporter plugin `misbehaving` panicked in `begin`: asked to panic",
            ROWS,
        ),
        case("mode = 'panic'\nat = 'write'", 8, panicked, ROWS),
        case("mode = 'panic'\nat = 'finish'", 8, "the exporter plugin `misbehaving` panicked in `finish`: asked", ROWS),
        case("mode = 'error'\nat = 'write'\ntext = 'no'", 8, "error: exporter misbehaving (nowhere): no\n", ROWS),
        case("mode = 'long_error'\nat = 'finish'", 8, "error: exporter misbehaving (nowhere): long long ", ROWS),
        case("mode = 'block'\nat = 'begin'", 8, "did not return from `begin` within 2 s\n", ROWS),
        case("mode = 'block'\nat = 'write'", 8, late, ROWS),
        case("mode = 'pend'\nat = 'write'", 8, late, ROWS),
        case("mode = 'pend_then_panic'\nat = 'write'", 8, late, ROWS),
        case("mode = 'block'\nat = 'finish'", 8, "did not return from `finish` within 2 s\n", ROWS),
        case("mode = 'panic'\nat = 'drop'", 0, "", ROWS),
    ];
    check(Kind::Exporter, &cases);
}

#[test]
fn an_exporter_that_counts_other_rows_is_warned_of() {
    let says = "warning: exporter misbehaving (nowhere) was given 40 rows and says that it wrote 3\n";
    check(Kind::Exporter, &[case("mode = 'miscount'\nnumber = 3", 0, says, ROWS)]);
}
