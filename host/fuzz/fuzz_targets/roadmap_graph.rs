//! Fuzz target `roadmap_graph`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| rowsmith_fuzz_targets::run("roadmap_graph", input));
