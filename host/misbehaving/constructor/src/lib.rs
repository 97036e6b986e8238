//! A scraper whose library runs code before anybody calls it.
//!
//! The system runs the constructors of a library while it opens it. This one creates the file that the environment
//! variable `ROWSMITH_TEST_MARKER` names, so a test sees whether the library was opened, whatever was done with it.

use rowsmith_plugin_api::prelude::*;
use std::fs::File;

/// The plugin has no settings.
#[derive(Debug, Deserialize, ConfigSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {}

/// A scraper without rows.
#[derive(Debug)]
pub struct Early;

impl Scraper for Early {
    type Config = Config;

    fn new(_config: Config, _host: Host) -> Result<Self> {
        Ok(Self)
    }

    async fn scrape(&self, _rows: &mut RowSink) -> Result<()> {
        Ok(())
    }
}

extern "C" fn leave_a_mark() {
    if let Some(path) = std::env::var_os("ROWSMITH_TEST_MARKER") {
        // There is nobody to tell of an error; the test then fails for want of the file.
        drop(File::create(path));
    }
}

#[expect(unsafe_code, reason = "a place in a certain section is what makes a function a constructor")]
#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
#[cfg_attr(not(any(target_vendor = "apple", windows)), unsafe(link_section = ".init_array"))]
static CONSTRUCTOR: extern "C" fn() = leave_a_mark;

export_plugin!(scraper: Early, name = "early", about = "Runs code as soon as it is opened");
