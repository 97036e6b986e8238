//! A suite changes nothing outside of its own folder, whatever the plugin's default places hold.

use rowsmith_test_harness::{Golden, Invocation, Sandbox, library_name, plugins, test_plugins};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The store of a cache for tests, with two entries.
fn entries() -> String {
    let entry = |byte: u8| format!("[{:?},[1,2,{byte}]]", [byte; 32]);
    format!("\n[{},{}];", entry(1), entry(2))
}

/// Returns the bytes of all files in a folder.
fn snapshot(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files.extend(snapshot(&path));
            files.insert(path, Vec::new());
        } else {
            files.insert(path.clone(), fs::read(&path).expect("a file"));
        }
    }
    files
}

fn bundled(kind: &str, name: &str) -> String {
    plugins().join(library_name(kind, name)).display().to_string()
}

fn for_tests(kind: &str, name: &str) -> String {
    test_plugins().join(library_name(kind, name)).display().to_string()
}

/// Runs `plugin test`, and fails if a file of the sandbox changes.
#[track_caller]
fn test<'a>(sandbox: &'a Sandbox, file: &str, more: &[&str]) -> rowsmith_test_harness::Output {
    let before = snapshot(sandbox.folder());
    let call: Invocation<'a> = sandbox.call(["plugin", "test", file].iter().chain(more));
    let output = call.output();
    let after = snapshot(sandbox.folder());
    let changed: Vec<_> =
        before.keys().chain(after.keys()).filter(|path| before.get(*path) != after.get(*path)).collect();
    assert!(changed.is_empty(), "{changed:?} changed: {}{}", output.stdout, output.stderr);
    output
}

#[test]
fn a_cache_with_a_path_leaves_its_default_store() {
    let sandbox = Sandbox::new();
    let rest = "[cache]\nplugin = \"lmdb\"\n[enrich]\ninput = [\"a\"]\ninstructions = \"x\"\nprovider = \"local\"\n\
                [enrich.output.b]\ntype = \"string\"\n[providers.local]\nplugin = \"extractive\"\n\
                [[exporters]]\nplugin = \"csv\"\n[exporters.config]\npath = \"out.csv\"\n";
    sandbox
        .write("rowsmith.toml", format!("[scraper]\nplugin = \"csv\"\n[scraper.config]\npath = \"rows.csv\"\n{rest}"));
    sandbox.write("rows.csv", "a\nThe Moon is bright.\n");
    sandbox.rowsmith("run --progress none").exits(0);
    assert!(sandbox.has(".rowsmith/cache/data.mdb"));
    for more in [&[][..], &["--config", "rowsmith.toml"]] {
        test(&sandbox, &bundled("cache", "lmdb"), more).exits(0);
    }
}

#[test]
fn a_cache_with_a_file_leaves_its_default_store() {
    let sandbox = Sandbox::new();
    sandbox.write("answers/entries.json", entries());
    test(&sandbox, &for_tests("cache", "file"), &[]).exits(0);
}

#[test]
fn a_store_with_entries_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("answers/entries.json", entries());
    let full = sandbox.path("answers/entries.json").display().to_string();
    let service = format!("url=store://{full}");
    let file = format!("file={full}");
    let mut golden = Golden::new("plugin_test_places");
    golden.record(&test(&sandbox, &for_tests("cache", "service"), &[]).exits(2));
    for (name, set) in [("service", &service), ("file", &file)] {
        let output = test(&sandbox, &for_tests("cache", name), &["--set", set]).exits(4);
        let failed: Vec<&str> = output.stdout.lines().filter(|line| line.starts_with('✗')).collect();
        golden.add(&format!("cache-{name} with a store that holds entries"), &failed.join("\n"));
        assert_eq!(failed.len(), 1, "{}", output.stdout);
    }
    golden.check();
}

#[test]
fn a_shared_empty_store_is_used() {
    let (sandbox, other) = (Sandbox::new(), Sandbox::new());
    let url = format!("url=store://{}", other.path("entries.json").display());
    test(&sandbox, &for_tests("cache", "service"), &["--set", &url]).exits(0);
}

#[test]
fn an_exporter_leaves_its_default_output() {
    let sandbox = Sandbox::new();
    sandbox.write("lines/rows.jsonl", "{\"earlier\": true}\n");
    test(&sandbox, &for_tests("exporter", "lines"), &[]).exits(0);
    sandbox.write("out.csv", "earlier\n");
    test(&sandbox, &bundled("exporter", "csv"), &["--set", "path=out.csv"]).exits(0);

    let outside = sandbox.path("lines/rows.jsonl").display().to_string();
    let output = test(&sandbox, &for_tests("exporter", "lines"), &["--set", &format!("lines_file={outside}")]).exits(4);
    assert_eq!(output.stdout.lines().filter(|line| line.starts_with('✗')).count(), 1, "{}", output.stdout);
}

#[test]
fn a_scraper_leaves_its_default_files() {
    let sandbox = Sandbox::new();
    sandbox.write("scrapes.log", "earlier\n");
    let scraper = for_tests("scraper", "settings");
    let mut golden = Golden::new("plugin_test_places_scraper");
    golden.record(&test(&sandbox, &scraper, &[]).exits(2));
    golden.check();
    test(&sandbox, &scraper, &["--set", "log_file={dir}/scrapes.log"]).exits(0);
}

/// Programs that write to a file beside them, whatever they are asked.
#[cfg(unix)]
mod programs {
    use super::{Sandbox, bundled, test};
    use rowsmith_test_harness::Golden;

    const NOTE: &str = "open('notes.txt', 'a').write('another\\n')\n";
    const START: &str = "import json, os, sys\nhello = json.loads(sys.stdin.readline())\n";

    fn sandbox(program: &str) -> Sandbox {
        let sandbox = Sandbox::new();
        sandbox.write("program.py", format!("{START}{NOTE}{program}"));
        sandbox.write("notes.txt", "earlier\n");
        sandbox.write("rows.csv", "a\none\ntwo\n");
        sandbox.write("contacts.txt", "earlier contacts\n");
        sandbox
    }

    const COMMAND: [&str; 2] = ["--set", "command=[\"python3\", \"program.py\"]"];

    #[test]
    fn an_exporter_program_leaves_its_default_output() {
        let sandbox = sandbox(
            r#"print('{"ready": 1}', flush=True)
rows = []
for line in sys.stdin:
    message = json.loads(line)
    rows += message.get("rows", [])
    if "finish" in message:
        if message["finish"] == "complete":
            open("contacts.txt", "w").write(json.dumps(rows))
        print('{"done": true}', flush=True)
"#,
        );
        // It does not conform, because it ignores the path that it receives.
        test(&sandbox, &bundled("exporter", "exec"), &COMMAND).exits(4);
    }

    #[test]
    fn a_scraper_program_leaves_files_beside_it() {
        let sandbox = sandbox(
            r#"print('{"ready": 1}', flush=True)
if hello["task"] == "scrape":
    for line in open(hello["config"]["file"]):
        print(json.dumps({"row": {"a": line.strip()}}), flush=True)
print('{"done": true}', flush=True)
"#,
        );
        let scraper = bundled("scraper", "exec");
        test(&sandbox, &scraper, &[&COMMAND[..], &["--set", "options.file=rows.csv"]].concat()).exits(0);
    }

    #[test]
    fn a_program_that_needs_files_beside_it_is_given_a_hint() {
        let sandbox = sandbox(
            r#"print('{"ready": 1}', flush=True)
if hello["task"] == "scrape":
    for line in open("rows.csv"):
        print(json.dumps({"row": {"a": line.strip()}}), flush=True)
print('{"done": true}', flush=True)
"#,
        );
        let output = test(&sandbox, &bundled("scraper", "exec"), &COMMAND).exits(4);
        let mut golden = Golden::new("plugin_test_places_program");
        golden.add("stderr", &output.stderr);
        golden.check();
    }

    #[test]
    fn a_provider_program_leaves_files_beside_it() {
        let sandbox = sandbox(
            r#"print(json.dumps({"ready": 1, "model": "m", "identity": 1}), flush=True)
for line in sys.stdin:
    question = json.loads(line)
    answer = {}
    for key, item in question["complete"]["rows"].items():
        answer[key] = {"summary": item["row"]["topic"], "tag": item["tag"]}
    print(json.dumps({"id": question["id"], "answer": answer}), flush=True)
"#,
        );
        test(&sandbox, &bundled("provider", "exec"), &COMMAND).exits(0);
    }
}
