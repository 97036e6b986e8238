//! The tutorial, from its first command to its last.

use super::page::{Block, TUTORIAL, blocks, read};
use super::services::Services;
use super::session::Session;

/// Commands of the tutorial that the program does not have yet. Blocks with one of them are left out, and the whole
/// tutorial while the first of them, on which all else stands, is in the list. The list must be empty in a release.
const NOT_YET: [&str; 4] =
    ["rowsmith plugin new", "rowsmith plugin test", "rowsmith plugin pin", "rowsmith run --record"];

fn needs(block: &Block) -> Option<&'static str> {
    NOT_YET.into_iter().find(|command| block.language == "console" && block.text.contains(command))
}

#[test]
fn every_command_does_what_the_page_shows() {
    let page = read(TUTORIAL);
    let blocks = blocks(&page);
    assert!(blocks.iter().filter(|block| block.language == "console").count() >= 10, "the page has its commands");
    if NOT_YET.contains(&"rowsmith plugin new") {
        eprintln!("the tutorial was not followed: there is no `rowsmith plugin new` yet");
        return;
    }
    let Some(services) = Services::start() else { return };
    let session = Session::new(&[("SERVICES", &services.address)]);
    for block in &blocks {
        if let Some(command) = needs(block) {
            eprintln!("line {} was left out: there is no `{command}` yet", block.line);
        } else if let Err(difference) = session.follow(block) {
            panic!("{TUTORIAL}, {difference}");
        }
    }
}
