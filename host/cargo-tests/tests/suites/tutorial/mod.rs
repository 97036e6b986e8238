//! The tutorial: its commands run in order, and print what the page shows.

mod session;
mod transcript;

use rowsmith_test_harness::docs::{Services, TUTORIAL, blocks, read};
use session::Session;

#[test]
#[ignore = "runs Cargo"]
fn commands_print_what_the_page_shows() {
    let page = read(TUTORIAL);
    let blocks = blocks(&page);
    assert!(blocks.iter().filter(|block| block.language == "console").count() >= 10, "console blocks");
    let Some(services) = Services::start() else { return };
    let session = Session::new(&[("SERVICES", &services.address)]);
    for block in &blocks {
        if let Err(difference) = session.follow(block) {
            panic!("{TUTORIAL}, {difference}");
        }
    }
}
