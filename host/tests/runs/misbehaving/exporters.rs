//! Exporters. The other exporter's rows are complete, and the answers are in the cache.

use super::scene::{Kind, ROWS, case, check};

#[test]
fn faults_before_the_first_call() {
    let cases = [
        case("mode = 'panic'\nat = 'new'", 4, 0),
        case("mode = 'panic'\nat = 'target'", 4, 0),
        case("mode = 'block'\nat = 'new'", 8, 0),
        case("mode = 'block'\nat = 'target'", 8, 0),
    ];
    check("misbehaving_exporter_first", Kind::Exporter, &cases);
}

#[test]
fn faults_of_one_exporter_do_not_affect_the_other() {
    let cases = [
        case("mode = 'panic'\nat = 'begin'", 8, ROWS),
        case("mode = 'panic'\nat = 'write'", 8, ROWS),
        case("mode = 'panic'\nat = 'finish'", 8, ROWS),
        case("mode = 'error'\nat = 'write'\ntext = 'no'", 8, ROWS),
        case("mode = 'foreign_error'\nat = 'write'\ntext = 'no such device'", 8, ROWS),
        case("mode = 'long_error'\nat = 'finish'", 8, ROWS),
        case("mode = 'block'\nat = 'begin'", 8, ROWS),
        case("mode = 'block'\nat = 'write'", 8, ROWS),
        case("mode = 'pend'\nat = 'write'", 8, ROWS),
        case("mode = 'pend_then_panic'\nat = 'write'", 8, ROWS),
        case("mode = 'block'\nat = 'finish'", 8, ROWS),
        case("mode = 'panic'\nat = 'drop'", 0, ROWS),
    ];
    check("misbehaving_exporter", Kind::Exporter, &cases);
}

#[test]
fn wrong_row_count_is_a_warning() {
    check("misbehaving_exporter_count", Kind::Exporter, &[case("mode = 'miscount'\nnumber = 3", 0, ROWS)]);
}
