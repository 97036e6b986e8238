//! Exit codes of the program, documented in `docs/exit-codes.md`.

/// Result of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Every row has an answer.
    Success = 0,
    /// Unexpected error, probably a bug.
    Unexpected = 1,
    /// The command line is invalid.
    Usage = 2,
    /// The config is invalid.
    Config = 3,
    /// A plugin cannot be used.
    Plugin = 4,
    /// The run is complete, but rows failed or were skipped.
    RowsFailed = 5,
    /// A limit stopped the run: cost, calls, tokens, failed rows, time.
    Limit = 6,
    /// The provider cannot be used: key, credit, quota, model, or no response.
    Provider = 7,
    /// An export failed; the cache has the answers.
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
