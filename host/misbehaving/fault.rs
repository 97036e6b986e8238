//! The fault of a plugin: `mode` names the fault and `at` the method. All other methods work.
//!
//! Each of the misbehaving plugins includes this file.

use rowsmith_plugin_api::prelude::{Error, ErrorKind, PluginConfig, Result, log};
use std::future::pending;

/// Settings of every misbehaving plugin.
#[derive(Debug, PluginConfig)]
pub struct Config {
    /// The fault.
    #[config(default = "")]
    pub mode: String,
    /// In which method: its name, or `new` or `drop`.
    #[config(default = "")]
    pub at: String,
    /// A text: that of an error, or of the rows that a fault is about.
    #[config(default = "")]
    pub text: String,
    /// A count: of rows of a scraper or an exporter, of failing calls of a cache.
    #[config(default = 0)]
    pub number: u64,
    /// A file of the plugin's own.
    #[config(default = "")]
    pub path: String,
}

/// Does it. A field of the plugin, so that the plugin's end is a method as well.
#[derive(Debug)]
pub(crate) struct Fault(pub(crate) Config);

/// Panics when the future that it is in is dropped.
struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        panic!("asked to panic in a future that is dropped");
    }
}

impl Fault {
    /// Whether a fault of this name is asked for.
    pub(crate) fn is(&self, mode: &str) -> bool {
        self.0.mode == mode
    }

    /// Does what can be done without waiting, if it is to be done here.
    #[expect(clippy::print_stdout, reason = "it is what this plugin is for")]
    pub(crate) fn now(&self, method: &str) -> Result<()> {
        if self.0.at != method {
            return Ok(());
        }
        match self.0.mode.as_str() {
            "panic" => panic!("asked to panic"),
            "panic_payload" => std::panic::panic_any(7_u32),
            "block" => {
                log::info!("blocks in {method}");
                block()
            }
            "exit" => std::process::exit(0),
            "exit_on_thread" => {
                std::thread::spawn(|| std::process::exit(0));
                block()
            }
            "abort" => std::process::abort(),
            "print" => println!("{}", self.0.text),
            "error" => return Err(Error::new(ErrorKind::Other, &self.0.text).hint(&self.0.text)),
            "long_error" => return Err(Error::new(ErrorKind::Other, "long ".repeat(1 << 16))),
            "foreign_error" => return Err(std::io::Error::other(self.0.text.clone()).into()),
            "cancelled" => return Err(Error::new(ErrorKind::Cancelled, "the plugin gave up by itself")),
            _ => {}
        }
        Ok(())
    }

    /// As [`Fault::now`], and what needs a future.
    pub(crate) async fn reach(&self, method: &str) -> Result<()> {
        self.now(method)?;
        if self.0.at == method && self.is("pend") {
            return pending().await;
        }
        if self.0.at == method && self.is("pend_then_panic") {
            let _bomb = Bomb;
            return pending().await;
        }
        Ok(())
    }
}

impl Drop for Fault {
    fn drop(&mut self) {
        // An error cannot be reported here.
        drop(self.now("drop"));
    }
}

fn block() -> ! {
    loop {
        std::thread::park();
    }
}
