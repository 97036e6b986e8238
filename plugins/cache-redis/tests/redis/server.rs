//! A server for one test. Tests of the host include this file.
//!
//! The program is that of the environment variable `REDIS_SERVER`, or `redis-server` or `valkey-server` of `PATH`. Without
//! one, a test ends at once and prints that it was skipped.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Maximum time until a server accepts commands.
const PATIENCE: Duration = Duration::from_secs(30);
/// Attempts to start a server; another program may take the port before it does.
const ATTEMPTS: u8 = 5;

/// A running server, which ends with this value.
pub(crate) struct RedisServer {
    program: OsString,
    options: Vec<String>,
    port: u16,
    folder: TempDir,
    process: Child,
}

impl RedisServer {
    /// Starts a server without data. Prints a line and returns `None` on a machine without a server.
    pub(crate) fn start(options: &[&str]) -> Option<Self> {
        let Some(program) = program() else {
            // Unlike the macros of the standard library, this is not captured.
            let message = b"SKIPPED: a test of cache-redis found no redis-server or valkey-server; set REDIS_SERVER\n";
            drop(std::io::stderr().write_all(message));
            return None;
        };
        let options: Vec<String> = options.iter().map(|option| (*option).to_owned()).collect();
        let folder = tempfile::tempdir().unwrap();
        for _ in 0..ATTEMPTS {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut process = spawn(&program, port, &folder, &options);
            if is_ready(port, &mut process) {
                return Some(Self { program, options, port, folder, process });
            }
        }
        panic!("{} does not start", program.display());
    }

    /// Address for the plugin.
    pub(crate) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Sends one command and returns the first line of the reply.
    pub(crate) fn command(&self, line: &str) -> String {
        send(self.port, line).unwrap()
    }

    /// Kills the server, as a crash does.
    pub(crate) fn kill(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().unwrap();
    }

    /// Starts the killed server again, at the same address and with the data in its folder.
    pub(crate) fn start_again(&mut self) {
        let start = Instant::now();
        loop {
            self.process = spawn(&self.program, self.port, &self.folder, &self.options);
            if is_ready(self.port, &mut self.process) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "the server does not start again");
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

fn program() -> Option<OsString> {
    let runs = |program: &OsString| Command::new(program).arg("--version").output().is_ok();
    let named = std::env::var_os("REDIS_SERVER").into_iter();
    named.chain(["redis-server", "valkey-server"].map(OsString::from)).find(runs)
}

/// Kills a server when its standard input is closed, so that the server ends with a test that is killed.
const GUARD: &str = r#"exec 3<&0; "$@" </dev/null & server=$!; { read -r line <&3; kill -9 $server; } & wait $server"#;

fn spawn(program: &OsString, port: u16, folder: &TempDir, options: &[String]) -> Child {
    let mut command = Command::new("sh");
    command.args(["-c", GUARD, "sh"]).arg(program);
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--loglevel", "warning"]);
    command.arg("--dir").arg(folder.path()).args(options);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// Waits until the server accepts commands. Returns false if it ends.
fn is_ready(port: u16, process: &mut Child) -> bool {
    let start = Instant::now();
    while start.elapsed() < PATIENCE {
        // A server with a password refuses the command, and one that reads its data is not ready.
        if send(port, "PING").is_ok_and(|reply| !reply.is_empty() && !reply.starts_with("-LOADING")) {
            return process.try_wait().unwrap().is_none();
        }
        if process.try_wait().unwrap().is_some() {
            return false;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

fn send(port: u16, line: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(format!("{line}\r\n").as_bytes())?;
    let mut reply = String::new();
    let mut reader = BufReader::new(stream);
    reader.read_line(&mut reply)?;
    if let Some(length) = reply.trim_end().strip_prefix('$').and_then(|length| length.parse().ok()) {
        let mut text = vec![0; length];
        reader.read_exact(&mut text)?;
        return Ok(String::from_utf8_lossy(&text).into_owned());
    }
    Ok(reply.trim_end().to_owned())
}
