//! The services that the pages speak of: `docs/examples/services.py`, started for one test.

use super::place::project;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// The running services; they end with this value.
pub(crate) struct Services {
    process: Child,
    pub(crate) address: String,
}

impl Services {
    /// Starts them. `None` where there is no Python; the machines that check every change have one.
    #[expect(clippy::print_stderr, reason = "whoever runs the tests has to know what was not tested")]
    pub(crate) fn start() -> Option<Self> {
        let mut command = Command::new("python3");
        command.arg(project().join("docs/examples/services.py")).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = match command.spawn() {
            Ok(process) => process,
            Err(error) if std::env::var_os("CI").is_none() => {
                eprintln!("not tested, because python3 does not start: {error}");
                return None;
            }
            Err(error) => panic!("python3 does not start: {error}"),
        };
        let mut address = String::new();
        let output = process.stdout.take().expect("its output is a pipe");
        // It prints its address as soon as it listens.
        BufReader::new(output).read_line(&mut address).expect("the address");
        let services = Self { process, address: address.trim().to_owned() };
        assert!(services.address.starts_with("http://127.0.0.1:"), "{address:?}");
        Some(services)
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
