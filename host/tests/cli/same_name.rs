//! Two plugins with one name: the first on the search path is used, and the program reports it.

use super::patched::Plugin;
use rowsmith_test_harness::{Golden, Sandbox, config, library_name};

/// Returns a sandbox with the plugin `scraper-csv` in two folders; the config names the second.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let name = library_name("scraper", "csv");
    sandbox.write(&format!("first/{name}"), Plugin::built("scraper", "csv").0);
    sandbox.write(&format!("second/{name}"), Plugin::built("scraper", "csv").0);
    sandbox.write("rows.csv", config::rows(1));
    sandbox.write("rowsmith.toml", format!("{}\n[plugins]\npath = [\"second\"]\n", config::offline()));
    sandbox
}

#[test]
fn list_names_the_used_and_the_hidden_files() {
    let sandbox = sandbox();
    let name = library_name("scraper", "csv");
    let arguments = ["plugin", "list", "--config", "rowsmith.toml", "--plugin-dir", "first"];
    let mut golden = Golden::new("same_name_list");
    let list = sandbox.call(arguments).output().exits(0);
    let is_csv = |block: &str| block.starts_with("scraper") && block.contains(&name);
    let blocks = list.stdout.split_inclusive('\n').fold(Vec::<String>::new(), |mut blocks, line| {
        match blocks.last_mut() {
            Some(block) if line.starts_with(' ') => block.push_str(line),
            _ => blocks.push(line.to_owned()),
        }
        blocks
    });
    let csv: String = blocks.into_iter().filter(|block| is_csv(block)).collect();
    golden.add(&format!("rowsmith {} (scraper-csv)", list.arguments), &csv);
    golden.check();

    let list = sandbox.call(arguments.into_iter().chain(["--format", "json"])).output().exits(0).json();
    let found = |path: &str| list.as_array().into_iter().flatten().find(|plugin| plugin["path"] == path).cloned();
    let first = found(&format!("DIR/first/{name}")).expect("the first is in the list");
    assert_eq!(first["origin"], "flag");
    assert_eq!(first["hides"][0], format!("DIR/second/{name}"));
    assert_eq!(first["found_as"], "scraper-csv");
    let second = found(&format!("DIR/second/{name}")).expect("the second is in the list");
    assert_eq!((&second["origin"], &second["hidden_by"]), (&"config".into(), &format!("DIR/first/{name}").into()));
}

#[test]
fn verbose_check_and_run_name_the_used_file() {
    let sandbox = sandbox();
    let used = format!("DIR/second/{}", library_name("scraper", "csv"));
    for command in ["check", "run"] {
        let verbose = sandbox.call([command, "-v"]).output().exits(0);
        assert!(verbose.stderr.contains(&used), "{command}: {}", verbose.stderr);
        let normal = sandbox.call([command]).output().exits(0);
        assert!(!normal.stderr.contains(&used), "{command}: {}", normal.stderr);
    }
}

#[test]
fn file_under_another_name_is_reported() {
    let sandbox = Sandbox::new();
    sandbox.write(&format!("found/{}", library_name("exporter", "mine")), Plugin::built("exporter", "csv").0);
    let mut golden = Golden::new("same_name_other_file");
    golden.record(&sandbox.bare(["plugin", "list", "--plugin-dir", "found"]).output().exits(0));
    golden.check();
}
