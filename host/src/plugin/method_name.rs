//! The names of methods in the traits.

use rowsmith_plugin_api::bridge::method;

/// Returns the name of a method.
pub fn method_name(number: u32) -> &'static str {
    match number {
        method::SCRAPE => "scrape",
        method::LIST => "list",
        method::SOURCE_PATHS => "source_paths",
        method::REPLACE_EXISTING => "replace_existing",
        method::COUNT_TOKENS => "count_tokens",
        method::MODEL_INFO => "model_info",
        method::DESCRIBE_COLUMNS => "describe_columns",
        method::INFO => "info",
        method::COMPLETE => "complete",
        method::VERIFY | method::VERIFY_STORE => "verify",
        method::STORE => "store",
        method::GET_MANY => "get_many",
        method::PUT_MANY => "put_many",
        method::SCAN => "scan",
        method::DELETE_MANY => "delete_many",
        method::CLEAR => "clear",
        method::STATS => "stats",
        method::ACQUIRE_QUOTA => "acquire_quota",
        method::LEASE_MANY => "lease_many",
        method::RELEASE_MANY => "release_many",
        method::PUT_MANY_EXPIRING => "put_many_expiring",
        method::APPLY => "apply",
        method::TARGET => "target",
        method::BEGIN => "begin",
        method::WRITE => "write",
        method::FINISH_SCRAPER | method::FINISH_CACHE | method::FINISH => "finish",
        _ => "a method",
    }
}
