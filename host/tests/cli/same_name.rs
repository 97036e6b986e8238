//! Two plugins of one name: the first on the search path is used, and the program says so.

use super::patched::Plugin;
use rowsmith_test_harness::{Sandbox, config, library_name};

/// The same plugin in two folders, with one version in the second.
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
fn the_list_says_which_one_is_used_and_where_each_is_from() {
    let sandbox = sandbox();
    let name = library_name("scraper", "csv");
    let arguments = ["plugin", "list", "--config", "rowsmith.toml", "--plugin-dir", "first"];
    let said = sandbox.call(arguments).output().exits(0);
    let indent = " ".repeat(32);
    let place = |folder: &str, from: &str| format!("\n{indent}{folder}/{name}\n{indent}from {from}, plugin-api ");
    let winner = place("DIR/first", "--plugin-dir");
    let (_, rest) = said.stdout.split_once(&winner).unwrap_or_else(|| panic!("no {winner:?} in\n{}", said.stdout));
    let hides: Vec<&str> = rest.lines().skip(1).take(2).map(str::trim).collect();
    assert_eq!(hides, [format!("used instead of DIR/second/{name}"), format!("used instead of PLUGINS/{name}")]);
    for (folder, from) in [("DIR/second", "the config's [plugins] path"), ("PLUGINS", "ROWSMITH_PLUGIN_PATH")] {
        let loser = place(folder, from);
        let (_, rest) = said.stdout.split_once(&loser).unwrap_or_else(|| panic!("no {loser:?} in\n{}", said.stdout));
        let why = rest.lines().nth(1).map(str::trim);
        assert_eq!(why, Some(format!("not used: DIR/first/{name} comes first").as_str()), "{}", said.stdout);
    }

    let list = sandbox.call(arguments.into_iter().chain(["--format", "json"])).output().exits(0).json();
    let found = |path: &str| list.as_array().into_iter().flatten().find(|plugin| plugin["path"] == path).cloned();
    let first = found(&format!("DIR/first/{name}")).expect("it is in the list");
    assert_eq!(first["origin"], "flag");
    assert_eq!(first["hides"][0], format!("DIR/second/{name}"));
    assert_eq!(first["found_as"], "scraper-csv");
    let second = found(&format!("DIR/second/{name}")).expect("it is in the list");
    assert_eq!((&second["origin"], &second["hidden_by"]), (&"config".into(), &format!("DIR/first/{name}").into()));
}

#[test]
fn check_and_run_say_it_when_they_are_verbose() {
    let sandbox = sandbox();
    let name = library_name("scraper", "csv");
    let sentence = format!("scraper plugin `csv`: DIR/second/{name} is used, and not PLUGINS/{name}\n");
    for command in ["check", "run"] {
        let said = sandbox.call([command, "-v"]).output().exits(0);
        assert!(said.stderr.contains(&sentence), "{command}: {}", said.stderr);
        let said = sandbox.call([command]).output().exits(0);
        assert!(!said.stderr.contains("is used, and not"), "{command}: {}", said.stderr);
    }
}

#[test]
fn a_file_under_another_name_is_said() {
    let sandbox = Sandbox::new();
    sandbox.write(&format!("found/{}", library_name("exporter", "mine")), Plugin::built("exporter", "csv").0);
    let said = sandbox.bare(["plugin", "list", "--plugin-dir", "found"]).output().exits(0);
    let sentence = "configs find it as exporter-mine, by its file's name, though it is exporter-csv\n";
    assert!(said.stdout.ends_with(sentence), "{}", said.stdout);
}
