//! The tutorial, from its first command to its last.

use super::page::{TUTORIAL, blocks, read};
use super::services::Services;
use super::session::Session;

#[test]
fn every_command_does_what_the_page_shows() {
    let page = read(TUTORIAL);
    let blocks = blocks(&page);
    assert!(blocks.iter().filter(|block| block.language == "console").count() >= 10, "the page has its commands");
    let Some(services) = Services::start() else { return };
    let session = Session::new(&[("SERVICES", &services.address)]);
    for block in &blocks {
        if let Err(difference) = session.follow(block) {
            panic!("{TUTORIAL}, {difference}");
        }
    }
}
