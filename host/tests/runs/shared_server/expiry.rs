//! Answers that expire.

use super::machine::Machine;
use super::server::RedisServer;
use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::Rows;
use std::time::Duration;

#[test]
#[expect(clippy::disallowed_methods, reason = "the clock of the server cannot be set")]
fn answers_are_asked_again_after_their_time() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (rows, model) = (Rows::numbered(1..=20), FakeModel::start(Script::new()).unwrap());
    let machine = Machine::new(0, &rows, &server);
    let short = ["--set", "cache.expire_after=1s"];
    machine.run(&model, &short).output().exits(0);
    machine.run(&model, &[]).output().exits(0);
    assert_eq!(model.completions().len(), 1, "the answers are cached");
    std::thread::sleep(Duration::from_millis(1_100));
    machine.run(&model, &["--set", "cache.expire_after=90d"]).output().exits(0);
    assert_eq!(model.completions().len(), 2, "the answers have expired");
    assert_eq!(server.command("ZCARD rowsmith:expiring"), ":20");
    let time_to_live = "EVAL \"return redis.call('TTL', redis.call('KEYS', 'rowsmith:a:*')[1])\" 0";
    let seconds: u64 = server.command(time_to_live).trim_start_matches(':').parse().unwrap();
    assert!((90 * 86_400 - 60..=90 * 86_400).contains(&seconds), "{seconds}");
}
