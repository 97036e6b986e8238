use {{ident}} as plugin;
use rowsmith_plugin_api::output::FileExporter;
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{assert_conforms, export_rows};

#[test]
fn conforms_and_writes_blocks() {
    assert_conforms!(plugin, json!({ "path": "{dir}/rows.txt" }));
    let path = concat!(env!("CARGO_TARGET_TMPDIR"), "/blocks.txt");
    let rows = [json!({ "Name": "Ada\nLovelace", "Born": 1815 })];
    export_rows::<FileExporter<plugin::Blocks>>(json!({ "path": path }), &rows).unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    assert_eq!(text, "Name: Ada\n  Lovelace\nBorn: 1815\n\n");
}
