//! The conformance suite of caches, on a real server.

use crate::server::RedisServer;
use rowsmith_plugin_api::prelude::json;

#[test]
fn it_conforms() {
    let Some(server) = RedisServer::start(&[]) else { return };
    // A prefix of its own for every check.
    let config = json!({"url": server.url(), "prefix": "{dir}"});
    rowsmith_plugin_testkit::assert_conforms!(rowsmith_cache_redis, config);
}
