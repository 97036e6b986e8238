//! Exchanges of our own making, replayed: what is sent, and what is made of the response.

use rowsmith_plugin_testkit::recording::{assert_keyless, assert_replays};
use rowsmith_provider_gemini::Gemini;
use std::path::Path;

fn folder() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recordings"))
}

#[test]
fn requests_and_outcomes_are_as_recorded() {
    assert_replays::<Gemini>(folder());
}

#[test]
fn no_recording_holds_a_key() {
    assert_keyless(folder());
}
