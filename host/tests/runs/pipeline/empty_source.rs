//! Sources without rows: the header is exported, and the rows of an earlier run are kept.

use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Rows, Sandbox};

const CSV_OUT: [&str; 4] = ["-o", "out.csv", "--set", "exporters.0.plugin=csv"];

#[test]
fn a_header_without_rows_exports_all_columns() {
    let server = FakeModel::start(Script::new()).unwrap();
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=1));
    sandbox.write("rows.csv", "Topic,Description,Link\n");
    for _ in 0..2 {
        sandbox.run(&server, &CSV_OUT).exits(0);
        assert_eq!(sandbox.read("out.csv"), "Topic,Description,Link,TLDR,Challenge\n", "an earlier header is no row");
    }
}

#[test]
fn a_missing_input_column_is_reported_without_rows() {
    let server = FakeModel::start(Script::new()).unwrap();
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=1));
    sandbox.write("rows.csv", "Topic,Text\n");
    sandbox.run(&server, &CSV_OUT).exits(3);
}

#[test]
fn rows_of_an_earlier_run_are_replaced_only_if_allowed() {
    let rows = Rows::numbered(1..=3);
    for plugin in ["csv", "jsonl", "json", "markdown"] {
        let exporter = format!("exporters.0.plugin={plugin}");
        let call = ["--set", exporter.as_str()];
        let server = FakeModel::start(Script::new()).unwrap();
        let sandbox = Sandbox::with_rows(&rows);
        sandbox.run(&server, &call).exits(0);
        let before = sandbox.read("out.jsonl");
        sandbox.write("rows.csv", "Topic,Description\n");
        sandbox.run(&server, &call).exits(10);
        assert_eq!(sandbox.read("out.jsonl"), before, "{plugin}");
        assert_eq!(sandbox.names(".").iter().filter(|name| name.contains("partial")).count(), 0);
        sandbox.run(&server, &[call[0], call[1], "--set", "run.allow_empty=true"]).exits(0);
        assert_ne!(sandbox.read("out.jsonl"), before, "{plugin}");
        sandbox.run(&server, &call).exits(0);
    }
}
