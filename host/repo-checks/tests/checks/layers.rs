//! Folders of `host/src` use each other in one direction.

use rowsmith_repo_checks::findings::assert_none;
use rowsmith_repo_checks::layers::Layers;
use rowsmith_repo_checks::tree::{files, read};

#[test]
fn modules_of_the_host_use_only_layers_below_them() {
    let layers = Layers::from_markdown(&read("ARCHITECTURE.md"));
    assert!(!layers.is_empty(), "ARCHITECTURE.md has no list of layers");
    assert_none(layers.violations("host/src", &files("host/src", &["rs"])));
}
