use {{ident}} as plugin;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, assert_conforms, block_on};

#[test]
fn conforms_and_finds_what_it_keeps() {
    assert_conforms!(plugin, json!({}));
    let cache = plugin::Answers::new(plugin::Config {}, FakeHost::default().host()).unwrap();
    block_on(cache.put_many(vec![([7; 32], b"seven".to_vec())])).unwrap();
    let found = block_on(cache.get_many(&[[8; 32], [7; 32]])).unwrap();
    assert_eq!(found, [None, Some(b"seven".to_vec())]);
}
