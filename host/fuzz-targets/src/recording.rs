//! Reads a recorded exchange. The first byte selects HTTP or a program.
//!
//! Properties: an error names the file; an accepted exchange over HTTP that is written again is read as the same exchange.

use crate::folder::Folder;
use rowsmith_plugin_api::record_replay::{Cassette, file_name, program_file_name};

static FOLDER: Folder = Folder::new();

/// Runs the target.
pub(crate) fn run(bytes: &[u8]) {
    let Some((kind, bytes)) = bytes.split_first() else { return };
    let is_program = kind % 2 == 1;
    let folder = FOLDER.path().join(if is_program { "program" } else { "http" });
    let name = if is_program { program_file_name(1, "scraper-exec") } else { file_name(1, "provider-openai") };
    let path = folder.join(&name);
    let parent = path.parent().expect("a file is in a folder");
    std::fs::create_dir_all(parent).expect("the folder can be created");
    std::fs::write(&path, bytes).expect("the file can be written");
    match Cassette::read(&folder) {
        Ok(cassette) => {
            let Some(first) = cassette.files().first() else { return };
            let text = serde_json::to_string(&first.exchange).expect("an exchange can be written");
            std::fs::write(&path, text).expect("the file can be written");
            let again = Cassette::read(&folder).expect("a written exchange can be read");
            let (mut once, again) = (first.exchange.clone(), again.files()[0].exchange.clone());
            // Fractional numbers may differ in their last digit.
            once.seconds = again.seconds;
            assert_eq!(once.request, again.request);
            assert_eq!(once.outcome, again.outcome);
        }
        Err(error) => assert!(error.message.contains("000001"), "{error}"),
    }
}
