//! Mistakes in a config: the error, its position and the exit code. All are found before the first call.

use rowsmith_test_harness::{Golden, Sandbox, config};

/// A mistake: the edits that make it, the command line and the exit code.
#[derive(Clone, Copy)]
struct Case {
    name: &'static str,
    edits: &'static [(&'static str, &'static str)],
    arguments: &'static str,
    code: i32,
}

const fn case(name: &'static str, edits: &'static [(&'static str, &'static str)]) -> Case {
    Case { name, edits, arguments: "run", code: 3 }
}

const fn flags(name: &'static str, arguments: &'static str) -> Case {
    Case { arguments, ..case(name, &[]) }
}

const fn ending(code: i32, case: Case) -> Case {
    Case { code, ..case }
}

const CASES: &[Case] = &[
    case("unknown key of a table", &[("input =", "inputs =")]),
    case("unknown key without a similar one", &[("[enrich]\n", "[enrich]\ncolour = 1\n")]),
    case("unknown table", &[("[cache]\nplugin = \"memory\"", "[chache]\nplugin = \"memory\"")]),
    case("wrong type", &[("input = [\"Title\", \"Text\"]", "input = \"Title\"")]),
    case("number out of range", &[("[[exporters]]", "[batch]\nmax_rows = 0\n\n[[exporters]]")]),
    case("value that is not allowed", &[("[[exporters]]", "[batch]\nfallback = \"repak\"\n\n[[exporters]]")]),
    case("duration without a unit", &[("[cache]\n", "[cache]\nexpire_after = \"90\"\n")]),
    case("expiry that is too short", &[("[cache]\n", "[cache]\nexpire_after = \"100ms\"\n")]),
    case("expiry of a cache without it", &[("plugin = \"memory\"\n", "plugin = \"lmdb\"\nexpire_after = \"90d\"\n")]),
    case("missing table", &[("[scraper]\nplugin = \"csv\"\n[scraper.config]\npath = \"rows.csv\"\n", "")]),
    case("missing key of a plugin", &[("path = \"rows.csv\"", "")]),
    case("unknown key of a plugin", &[("path = \"rows.csv\"", "path = \"rows.csv\"\ndelimeter = \";\"")]),
    case("wrong type of a plugin's key", &[("path = \"rows.csv\"", "path = \"rows.csv\"\ntrim = \"yes\"")]),
    case("value that a plugin does not allow", &[("path = \"rows.csv\"", "path = \"rows.csv\"\nragged = \"pat\"")]),
    case("number out of a plugin's range", &[("{ env = \"FAKE_KEY\" }", "{ env = \"FAKE_KEY\" }\ntemperature = 2.5")]),
    case("unset secret", &[("env = \"FAKE_KEY\"", "env = \"NO_SUCH_KEY\"")]),
    case("plugin without a name", &[("plugin = \"gemini\"", "")]),
    ending(4, case("unknown plugin", &[("plugin = \"gemini\"", "plugin = \"gemni\"")])),
    ending(4, case("unknown exporter", &[("[[exporters]]\nplugin = \"csv\"", "[[exporters]]\nplugin = \"excel\"")])),
    case("unknown provider", &[("provider = \"fake\"", "provider = \"fak\"")]),
    flags("unknown provider from the command line", "run --provider gpt"),
    case(
        "no provider named",
        &[
            ("provider = \"fake\"\n", ""),
            ("[[exporters]]", "[providers.other]\nplugin = \"extractive\"\n\n[[exporters]]"),
        ],
    ),
    case("rule with an unknown key", &[("max_words = 12", "max_word = 12")]),
    case("rule for another type", &[("max_words = 12", "min = 12")]),
    case("rule that contradicts itself", &[("max_words = 12", "min_length = 9\nmax_length = 3")]),
    case("invalid pattern", &[("max_words = 12", "pattern = \"(\"")]),
    case("empty enum", &[("enum = [\"practice\", \"expert\"]", "enum = []")]),
    case("output called tag", &[("[enrich.output.level]", "[enrich.output.tag]")]),
    case("two outputs with one name", &[("column = \"Level\"", "column = \"Summary\"")]),
    case("output named like an input", &[("column = \"Level\"", "column = \"Text\"")]),
    case(
        "no output",
        &[
            ("[enrich.output.summary]\ncolumn = \"Summary\"\ntype = \"string\"\nmax_words = 12\n", ""),
            ("[enrich.output.level]\ncolumn = \"Level\"\nenum = [\"practice\", \"expert\"]\n", ""),
        ],
    ),
    case(
        "no exporter",
        &[
            ("[[exporters]]\nplugin = \"csv\"\n[exporters.config]\npath = \"out.csv\"\n", ""),
            ("[scraper]\n", "exporters = []\n[scraper]\n"),
        ],
    ),
    case("exporter without a path", &[("path = \"out.csv\"\n", "")]),
    case("more than 20 rows a call", &[("[[exporters]]", "[batch]\nmax_rows = 21\n\n[[exporters]]")]),
    case("pairing by a column that is no input", &[("[[exporters]]", "[batch]\npairing = \"Name\"\n\n[[exporters]]")]),
    case("share over 1", &[("[[exporters]]", "[batch]\naudit = 2.0\n\n[[exporters]]")]),
    case("cost cap without prices", &[("[[exporters]]", "[limits]\nmax_cost_usd = 1.0\n\n[[exporters]]")]),
    ending(2, flags("cost cap of the command line without prices", "run --max-cost 1")),
    case("unset variable", &[("\"rows.csv\"", "\"${ROWS_FILE}\"")]),
    case("unset variable with a message", &[("\"rows.csv\"", "\"${ROWS_FILE:?name the file with the rows}\"")]),
    case("invalid TOML", &[("path = \"out.csv\"", "path = \"out.csv")]),
    case("key given twice", &[("path = \"out.csv\"", "path = \"out.csv\"\npath = \"other.csv\"")]),
    flags("--set without a value", "run --set batch.max_rows"),
    flags("--set of an unknown key", "run --set batch.max_row=3"),
    flags("--set of another type", "run --set batch.max_rows=many"),
    flags("--set into a plugin's table", "run --set scraper.config.trm=true"),
    case(
        "many mistakes at once",
        &[
            ("input =", "inputs ="),
            ("max_words = 12", "max_word = 12"),
            ("plugin = \"gemini\"", "plugin = \"gemni\""),
            ("path = \"rows.csv\"", "path = 7"),
        ],
    ),
];

#[test]
fn every_mistake_is_reported_before_the_run_starts() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", config::rows(2));
    let mut golden = Golden::new("mistakes");
    let mut wrong = Vec::new();
    for case in CASES {
        let mut text = config::asking("http://127.0.0.1:9").replace("plugin = \"lmdb\"", "plugin = \"memory\"");
        text = text.replace("[cache.config]\npath = \"cache\"\nsync = false\n", "");
        for (from, to) in case.edits {
            assert_eq!(text.matches(from).count(), 1, "{}: {from:?} in\n{text}", case.name);
            text = text.replace(from, to);
        }
        sandbox.write("rowsmith.toml", text);
        sandbox.write("out.csv", "the output of an earlier run\n");
        let output = sandbox.rowsmith(case.arguments);
        golden.add(&format!("{} (exit {})", case.name, output.code()), &output.stderr);
        if output.code() != case.code {
            wrong.push(format!("{}: exit code {}, not {}", case.name, output.code(), case.code));
        }
        assert_eq!(output.stdout, "", "{}", case.name);
        assert_eq!(sandbox.read("out.csv"), "the output of an earlier run\n", "{}", case.name);
    }
    golden.check();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
