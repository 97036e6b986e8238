//! Valid configs that do not match the rows or the files. The run ends before the first call, and earlier outputs stay.

use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::config::KEY;
use rowsmith_test_harness::{Golden, Sandbox, config};

const EARLIER: &str = "the output of an earlier run\n";

#[test]
fn mismatches_are_reported_before_the_first_call() {
    let server = FakeModel::start(Script::new()).expect("a server");
    let base = config::asking(&server.base_url());
    let second = "\n[[exporters]]\nplugin = \"jsonl\"\n[exporters.config]\npath = \"./out.csv\"\n";
    let cases = [
        ("input column that the source lacks", base.replace("\"Text\"]", "\"Txt\"]"), 3),
        (
            "output column that the source has",
            base.replace("\"Title\", \"Text\"", "\"Title\"").replace("column = \"Level\"", "column = \"Text\""),
            3,
        ),
        ("two exporters with one file", format!("{base}{second}"), 3),
        ("output over the input", base.replace("\"out.csv\"", "\"./rows.csv\""), 3),
        ("missing source", base.replace("\"rows.csv\"", "\"row.csv\""), 10),
        ("file that must not exist", format!("{base}if_exists = \"fail\"\n"), 8),
    ];
    let mut golden = Golden::new("source_mistakes");
    let mut wrong = Vec::new();
    for (name, config, code) in cases {
        let sandbox = Sandbox::new();
        sandbox.write("rowsmith.toml", config);
        sandbox.write("rows.csv", config::rows(3));
        sandbox.write("out.csv", EARLIER);
        let output = sandbox.call(["run", "--progress", "none"]).env(KEY.0, KEY.1).output();
        if output.code() != code {
            wrong.push(format!("{name}: exit code {}, not {code}", output.code()));
        }
        golden.add(&format!("{name} (exit {})", output.code()), &output.stderr);
        assert_eq!(sandbox.read("out.csv"), EARLIER, "{name}");
        assert_eq!(sandbox.read("rows.csv"), config::rows(3), "{name}");
        if !server.requests().is_empty() {
            wrong.push(format!("{name}: the service received a request"));
        }
    }
    golden.check();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
