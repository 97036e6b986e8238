//! `docs/exit-codes.md` lists all exit codes.

use std::collections::BTreeSet;

#[test]
fn documentation_lists_every_exit_code() {
    let source = include_str!("../../../src/exit_code.rs");
    let variant = |line: &str| line.trim().strip_suffix(',')?.split_once(" = ")?.1.parse().ok();
    let defined: BTreeSet<u8> = source.lines().filter_map(variant).collect();
    assert!(defined.len() >= 14, "{defined:?}");

    let docs = include_str!("../../../../docs/exit-codes.md");
    let row = |line: &str| line.strip_prefix("| ")?.split(" |").next()?.trim().parse().ok();
    let listed: Vec<u8> = docs.lines().filter_map(row).collect();
    assert_eq!(listed.iter().copied().collect::<BTreeSet<u8>>(), defined);
    assert!(listed.is_sorted(), "{listed:?}");
}
