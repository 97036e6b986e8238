//! Every default of the config, in one place. `config/reference.toml` shows the same values; a test compares them.

/// Most rows of a call.
pub const BATCH_MAX_ROWS: usize = 20;
/// More than this needs `batch.allow_larger`: answers get worse, and more is lost with a call.
pub const BATCH_MOST_ROWS: usize = 20;
/// Most rows between the scraper and the exporters.
pub const WINDOW_ROWS: usize = 8_192;
/// Most calls at once.
pub const MAX_CONCURRENCY: usize = 16;
/// Longest time of one call, whatever the plugin does. Plugins have shorter limits of their own.
pub const PROVIDER_TIMEOUT_SECS: u64 = 630;
/// Longest time for which a scraper may be silent, or a call of a cache or an exporter last.
pub const PLUGIN_TIMEOUT_SECS: u64 = 600;
/// How often a call is tried.
pub const MAX_ATTEMPTS: u32 = 4;
/// Longest wait that a service may ask for; beyond it, its quota counts as used up.
pub const MAX_WAIT_SECS: u64 = 120;
/// Longest first wait before a call is tried again, in milliseconds.
pub const RETRY_BASE_MS: u64 = 500;
/// Longest wait of our own making, in milliseconds.
pub const RETRY_CAP_MS: u64 = 8_000;
/// The cache when the config names none.
pub const CACHE_PLUGIN: &str = "lmdb";
/// The config when the command line names none.
pub const CONFIG_FILE: &str = "rowsmith.toml";
