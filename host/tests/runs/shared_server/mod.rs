//! Several machines with one cache on a server: different folders, homes and clocks. Skipped on a machine without a server.

#[expect(clippy::disallowed_methods, reason = "a test waits for the start of a server")]
#[path = "../../../../plugins/cache-redis/tests/redis/server.rs"]
mod server;

mod expiry;
mod machine;
mod outages;
mod two_machines;
