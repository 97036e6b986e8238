//! A scraper whose library runs code when it is opened.
//!
//! The system runs the constructors of a library while it opens it. This constructor creates the file that the environment
//! variable `ROWSMITH_TEST_MARKER` names, so a test can check whether the library was opened.

use rowsmith_plugin_api::prelude::*;
use std::fs::File;

/// The plugin has no settings.
#[derive(Debug, PluginConfig)]
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

extern "C" fn create_marker() {
    if let Some(path) = std::env::var_os("ROWSMITH_TEST_MARKER") {
        // An error cannot be returned; the test fails because the file is missing.
        drop(File::create(path));
    }
}

#[expect(unsafe_code, reason = "its section makes a function a constructor")]
#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(windows, unsafe(link_section = ".CRT$XCU"))]
#[cfg_attr(not(any(target_vendor = "apple", windows)), unsafe(link_section = ".init_array"))]
static CONSTRUCTOR: extern "C" fn() = create_marker;

export_plugin!(scraper: Early, name = "early", about = "Runs code as soon as it is opened");
