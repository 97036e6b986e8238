//! The services that the pages use: `docs/examples/services.py`, started for one test.

use crate::build::checkout;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// The running services. Dropping the value ends them.
#[derive(Debug)]
pub struct Services {
    process: Child,
    /// The address, for example `http://127.0.0.1:8000`.
    pub address: String,
}

impl Services {
    /// Starts the services; returns none if Python is not installed, but fails in CI.
    #[expect(clippy::print_stderr, reason = "a skipped test must be visible")]
    pub fn start() -> Option<Self> {
        let mut command = Command::new("python3");
        command.arg(checkout().join("docs/examples/services.py")).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = match command.spawn() {
            Ok(process) => process,
            Err(error) if std::env::var_os("CI").is_none() => {
                eprintln!("skipped: cannot start python3: {error}");
                return None;
            }
            Err(error) => panic!("cannot start python3: {error}"),
        };
        let mut address = String::new();
        let output = process.stdout.take().expect("its output is a pipe");
        // The program prints its address once it listens.
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
