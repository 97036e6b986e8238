//! Configs that are fine by themselves and do not fit the rows or the files. The run ends before the first call, and
//! the output of an earlier run stays as it was.

use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Golden, Sandbox, config};

const EARLIER: &str = "the output of an earlier run\n";

#[test]
fn what_does_not_fit_is_said_before_the_first_call() {
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
        ("two exporters of one file", format!("{base}{second}"), 3),
        ("output over the input", base.replace("\"out.csv\"", "\"./rows.csv\""), 3),
        ("source that is not there", base.replace("\"rows.csv\"", "\"row.csv\""), 10),
        ("file that must not exist", format!("{base}if_exists = \"fail\"\n"), 8),
    ];
    let mut golden = Golden::new("source_mistakes");
    let mut wrong = Vec::new();
    for (name, config, code) in cases {
        let sandbox = Sandbox::new();
        sandbox.write("rowsmith.toml", config);
        sandbox.write("rows.csv", config::rows(3));
        sandbox.write("out.csv", EARLIER);
        let said = sandbox.call(["run", "--progress", "none"]).env(config::KEY.0, config::KEY.1).output();
        if said.code() != code {
            wrong.push(format!("{name}: ended with {}, not {code}", said.code()));
        }
        golden.add(&format!("{name} (exit {})", said.code()), &times_hidden(&said.stderr));
        assert_eq!(sandbox.read("out.csv"), EARLIER, "{name}");
        assert_eq!(sandbox.read("rows.csv"), config::rows(3), "{name}");
        if !server.requests().is_empty() {
            wrong.push(format!("{name}: somebody was asked"));
        }
    }
    golden.check();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn times_hidden(text: &str) -> String {
    text.lines()
        .map(|line| match line.split_once("Time ") {
            Some(("", _)) => "Time            …\n".to_owned(),
            _ => format!("{line}\n"),
        })
        .collect()
}
