use {{ident}} as plugin;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, assert_conforms, block_on};

#[test]
fn conforms_and_keeps_the_later_answer() {
    assert_conforms!(plugin, json!({}));
    let cache = plugin::Answers::new(plugin::Config {}, FakeHost::default().host()).unwrap();
    let entries = vec![([7; 32], b"early".to_vec()), ([7; 32], b"late".to_vec())];
    block_on(cache.put_many(entries)).unwrap();
    assert_eq!(block_on(cache.get_many(&[[7; 32], [8; 32]])).unwrap(), [Some(b"late".to_vec()), None]);
}
