//! The conformance suite for scrapers.

use super::{directory, github};
use rowsmith_plugin_api::prelude::*;

#[test]
fn it_conforms_with_a_repository() {
    let mut config = github::config();
    config["token"] = json!("set by the suite");
    config["cache"] = json!(true);
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_scraper_roadmap, config, |suite| {
        suite.http(|request| Ok(github::answer(request)))
    });
}

#[test]
fn it_conforms_with_a_folder() {
    let config = json!({"roadmap": "bread", "source": "directory", "path": "{dir}"});
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_scraper_roadmap, config, |suite| {
        suite.prepare(directory::fill)
    });
}
