//! The program's exit codes. They are part of its interface: `docs/exit-codes.md` explains each.

/// How the program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Every row has its answer.
    Success = 0,
    /// Something unexpected; a bug, most likely.
    Unexpected = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The config is wrong.
    Config = 3,
    /// A plugin cannot be used.
    Plugin = 4,
    /// The run finished, but some rows failed or were left out.
    RowsFailed = 5,
    /// A limit stopped the run: cost, calls, tokens, failed rows, time.
    Limit = 6,
    /// The provider cannot be used: key, credit, quota, model, or it does not answer.
    Provider = 7,
    /// An export failed; the answers are safe in the cache.
    Export = 8,
    /// The cache cannot be used.
    Cache = 9,
    /// The source cannot be used.
    Source = 10,
    /// A plugin ended the process.
    PluginExit = 70,
    /// Ctrl-C.
    Interrupted = 130,
    /// SIGTERM.
    Terminated = 143,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
