//! The conformance suite of caches, on a real server.
#![expect(clippy::unwrap_used, clippy::disallowed_methods, dead_code, reason = "shared with the other tests")]

#[path = "redis/server.rs"]
mod server;

use rowsmith_plugin_api::prelude::json;
use server::RedisServer;

#[test]
fn it_conforms() {
    let Some(server) = RedisServer::start(&[]) else { return };
    // A prefix of its own for every check.
    let config = json!({"url": server.url(), "prefix": "{dir}"});
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_cache_redis, config);
}
