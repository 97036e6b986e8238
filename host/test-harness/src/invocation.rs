//! A command line of the program, before it runs.

use crate::build::{checkout, optional_plugins, plugins, program, test_plugins};
use crate::config::{GEMINI_KEY, OPENAI_KEY};
use crate::output::{Output, Redactions};
use crate::process::{Running, Streams};
use std::env::join_paths;
use std::ffi::OsStr;
use std::marker::PhantomData;
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};

const PLUGIN_PATH: &str = "ROWSMITH_PLUGIN_PATH";
const TIME_SCALE: &str = "ROWSMITH_TEST_TIME_SCALE";
/// The factor of all waits of the program: one second takes 100 ms.
const FAST: &str = "0.1";

/// A command line. It borrows its sandbox, so that the folder exists as long as the program may start.
#[derive(Debug)]
pub struct Invocation<'a> {
    command: Command,
    input: Vec<u8>,
    redactions: Redactions,
    sandbox: PhantomData<&'a Path>,
}

impl<'a> Invocation<'a> {
    pub(crate) fn new<S: AsRef<OsStr>>(sandbox: &'a Path, arguments: impl IntoIterator<Item = S>) -> Self {
        let mut command = Command::new(program());
        command.args(arguments).current_dir(sandbox).env_clear().env("HOME", sandbox);
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        let redactions = Redactions::default()
            .with("DIR", &sandbox.canonicalize().unwrap())
            .with("DIR", sandbox)
            .with("PLUGINS", plugins())
            .with("TEST-PLUGINS", test_plugins())
            .with("PROGRAM", program())
            .with("PROGRAMS", program().parent().unwrap())
            .with("CHECKOUT", &checkout());
        Self { command, input: Vec::new(), redactions, sandbox: PhantomData }
    }

    /// Puts the bundled plugins on the search path.
    pub(crate) fn bundled_plugins(self) -> Self {
        self.env(PLUGIN_PATH, plugins())
    }

    /// Puts the bundled plugins and those for tests on the search path.
    #[must_use]
    pub fn test_plugins(self) -> Self {
        let path = join_paths([plugins(), test_plugins()]).unwrap();
        self.env(PLUGIN_PATH, path)
    }

    /// Puts the bundled plugins and those that are built on request on the search path.
    #[must_use]
    pub fn optional_plugins(self) -> Self {
        let path = join_paths([plugins(), optional_plugins()]).unwrap();
        self.env(PLUGIN_PATH, path)
    }

    /// Sets the address and the keys that the shared configs read.
    #[must_use]
    pub fn server(self, url: &str) -> Self {
        self.env("MODEL_URL", url).env("GEMINI_API_KEY", GEMINI_KEY).env("OPENAI_API_KEY", OPENAI_KEY)
    }

    /// Shortens all waits of the program to a tenth.
    pub(crate) fn fast(self) -> Self {
        self.time_scale(FAST)
    }

    /// Multiplies all waits of the program by this factor, a number up to 1.
    #[must_use]
    pub fn time_scale(self, factor: &str) -> Self {
        self.env(TIME_SCALE, factor)
    }

    /// Lets all waits take their real time, for tests of several processes that depend on each other's timing.
    #[must_use]
    pub fn real_time(self) -> Self {
        self.env_remove(TIME_SCALE)
    }

    /// Sets an environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes an environment variable.
    #[must_use]
    pub fn env_remove(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// Sets the working folder.
    #[must_use]
    pub fn current_dir(mut self, folder: impl AsRef<Path>) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs the program under a limit of the shell's `ulimit`, such as `-f 100`.
    #[must_use]
    pub fn limited(self, limit: &str) -> Self {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(format!("ulimit {limit} && exec \"$0\" \"$@\""));
        self.started_by(shell)
    }

    /// Runs the program in a namespace of its own, where it is the process 1, as in a container. It ends with the process
    /// that signals are sent to. Needs root.
    #[must_use]
    pub fn in_own_namespace(self) -> Self {
        let mut unshare = Command::new("unshare");
        unshare.args(["--pid", "--fork", "--mount-proc", "--kill-child=KILL", "--"]);
        self.started_by(unshare)
    }

    /// Appends the command line to that of another program.
    fn started_by(mut self, mut starter: Command) -> Self {
        starter.arg(self.command.get_program()).args(self.command.get_args()).env_clear();
        starter.envs(self.command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        if let Some(folder) = self.command.get_current_dir() {
            starter.current_dir(folder);
        }
        self.command = starter;
        self
    }

    /// Sets the text of the standard input.
    #[must_use]
    pub fn input(mut self, text: &str) -> Self {
        self.input = text.as_bytes().to_vec();
        self
    }

    /// Runs the program to its end.
    #[track_caller]
    pub fn output(self) -> Output {
        self.start().end()
    }

    /// Starts the program.
    pub fn start(mut self) -> Running {
        self.command.stdin(Stdio::piped());
        let input = std::mem::take(&mut self.input);
        let (running, stdin) = Running::start(self.command, self.redactions, Streams::Both);
        running.feed(stdin, input);
        running
    }

    /// Starts the program with a standard input that stays open as long as the returned pipe.
    pub fn start_with_open_input(mut self) -> (Running, ChildStdin) {
        self.command.stdin(Stdio::piped());
        let (running, stdin) = Running::start(self.command, self.redactions, Streams::Both);
        (running, stdin.unwrap())
    }

    /// Starts the program with a standard output that is closed at once.
    pub fn start_unread(mut self) -> Running {
        self.command.stdin(Stdio::null());
        Running::start(self.command, self.redactions, Streams::ErrorOnly).0
    }
}
