//! Numbers of the methods. A number is never used again for something else.

/// `Scraper::scrape`: the number of a sink as JSON; no reply.
pub const SCRAPE: u32 = 1;
/// `Scraper::list`: no payload; returns a JSON array.
pub const LIST: u32 = 2;
/// `Scraper::source_paths`: no payload; returns JSON. Since 0.3.0; older plugins answer that it is unsupported.
pub const SOURCE_PATHS: u32 = 3;
/// `Scraper::finish`: an ending as JSON; no reply. Since 0.3.0.
pub const FINISH_SCRAPER: u32 = 4;
/// `Provider::info`: no payload; returns JSON.
pub const INFO: u32 = 10;
/// `Provider::complete`.
pub const COMPLETE: u32 = 11;
/// `Provider::verify`: no payload; returns JSON.
pub const VERIFY: u32 = 12;
/// `Provider::count_tokens`: as `COMPLETE`; returns a number as JSON. Since 0.3.0.
pub const COUNT_TOKENS: u32 = 13;
/// `Provider::model_info`: no payload; returns JSON. Since 0.3.0.
pub const MODEL_INFO: u32 = 14;
/// `Cache::store`: no payload; returns JSON.
pub const STORE: u32 = 20;
/// `Cache::get_many`.
pub const GET_MANY: u32 = 21;
/// `Cache::put_many`.
pub const PUT_MANY: u32 = 22;
/// `Cache::scan`.
pub const SCAN: u32 = 23;
/// `Cache::delete_many`.
pub const DELETE_MANY: u32 = 24;
/// `Cache::clear`.
pub const CLEAR: u32 = 25;
/// `Cache::stats`.
pub const STATS: u32 = 26;
/// `Cache::verify`.
pub const VERIFY_STORE: u32 = 27;
/// `Cache::acquire_quota`.
pub const ACQUIRE_QUOTA: u32 = 28;
/// `Cache::lease_many`.
pub const LEASE_MANY: u32 = 29;
/// `Cache::release_many`.
pub const RELEASE_MANY: u32 = 30;
/// `Cache::put_many_expiring`: a time to live and entries; no reply. Since 0.3.0.
pub const PUT_MANY_EXPIRING: u32 = 31;
/// `Cache::apply`: changes; no reply. Since 0.3.0.
pub const APPLY: u32 = 32;
/// `Cache::finish`: no payload, no reply. Since 0.3.0; older plugins answer that it is unsupported.
pub const FINISH_CACHE: u32 = 33;
/// `Exporter::target`: no payload; returns JSON.
pub const TARGET: u32 = 40;
/// `Exporter::begin`: a JSON array of columns; no reply.
pub const BEGIN: u32 = 41;
/// `Exporter::write`: a chunk; no reply.
pub const WRITE: u32 = 42;
/// `Exporter::finish`: a finish mode as JSON; returns JSON.
pub const FINISH: u32 = 43;
/// `Exporter::replace_existing`: no payload, no reply. Since 0.3.0; older plugins answer that it is unsupported.
pub const REPLACE_EXISTING: u32 = 44;
/// `Exporter::describe_columns`: a JSON array of columns with types; no reply. Since 0.3.0; older plugins answer that it is
/// unsupported.
pub const DESCRIBE_COLUMNS: u32 = 45;

/// Returns the name of a method in its trait.
pub fn name(number: u32) -> &'static str {
    match number {
        SCRAPE => "scrape",
        LIST => "list",
        SOURCE_PATHS => "source_paths",
        REPLACE_EXISTING => "replace_existing",
        COUNT_TOKENS => "count_tokens",
        MODEL_INFO => "model_info",
        DESCRIBE_COLUMNS => "describe_columns",
        INFO => "info",
        COMPLETE => "complete",
        VERIFY | VERIFY_STORE => "verify",
        STORE => "store",
        GET_MANY => "get_many",
        PUT_MANY => "put_many",
        SCAN => "scan",
        DELETE_MANY => "delete_many",
        CLEAR => "clear",
        STATS => "stats",
        ACQUIRE_QUOTA => "acquire_quota",
        LEASE_MANY => "lease_many",
        RELEASE_MANY => "release_many",
        PUT_MANY_EXPIRING => "put_many_expiring",
        APPLY => "apply",
        TARGET => "target",
        BEGIN => "begin",
        WRITE => "write",
        FINISH_SCRAPER | FINISH_CACHE | FINISH => "finish",
        _ => "a method",
    }
}
