//! Requests and answers, compared with a cassette of hand-written exchanges.

use rowsmith_plugin_api::HttpAdapter;
use rowsmith_plugin_testkit::record_replay::{assert_keyless, assert_replays};
use rowsmith_provider_gemini::Gemini;
use std::path::Path;

fn cassette() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cassette"))
}

#[test]
fn requests_and_answers_are_as_recorded() {
    assert_replays::<HttpAdapter<Gemini>>(cassette());
}

#[test]
fn the_cassette_has_no_key() {
    assert_keyless(cassette());
}
