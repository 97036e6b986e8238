//! `rowsmith plugin pin` and programs: a changed script is refused before it starts.

use rowsmith_test_harness::{Golden, Sandbox, config};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

/// Two rows, and a file as the trace of a start.
const SCRAPER: &str = "read -r hello\n: >>../started\necho '{\"ready\": 1}'\n\
    echo '{\"row\": {\"Title\": \"one\", \"Text\": \"A star.\"}}'\necho '{\"done\": true}'\n";

/// Returns a sandbox whose scraper is `sh scrape.sh` in the folder `tools`.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("tools/scrape.sh", SCRAPER);
    let csv = "plugin = \"csv\"\n[scraper.config]\npath = \"rows.csv\"\n";
    let exec = "plugin = \"exec\"\n[scraper.config]\ncommand = [\"sh\", \"${SCRIPT:-scrape.sh}\"]\ncwd = \"tools\"\n";
    sandbox.write("rowsmith.toml", config::offline().replace(csv, exec));
    sandbox
}

/// Returns the keys of the pins in the config.
fn keys(sandbox: &Sandbox) -> Vec<String> {
    let text = sandbox.read("rowsmith.toml");
    let pins = text.lines().filter_map(|line| line.split_once(" = \"sha256:"));
    pins.map(|(key, _)| key.trim_matches('"').to_owned()).collect()
}

#[test]
fn changed_script_is_refused_until_it_is_pinned_again() {
    let sandbox = sandbox();
    sandbox.rowsmith("plugin pin").exits(0);
    assert_eq!(
        keys(&sandbox),
        ["cache-lmdb", "exporter-csv", "file:tools/scrape.sh", "provider-extractive", "scraper-exec"]
    );
    let pinned = sandbox.read("rowsmith.toml");
    sandbox.rowsmith("plugin pin").exits(0);
    assert_eq!(sandbox.read("rowsmith.toml"), pinned, "a second pin changes nothing");
    sandbox.rowsmith("plugin pin --check").exits(0);
    sandbox.rowsmith("run").exits(0);
    assert!(sandbox.has("started"));

    fs::remove_file(sandbox.path("started")).expect("removed");
    let changed = format!("{SCRAPER}# changed\n");
    sandbox.write("tools/scrape.sh", &changed);
    let mut golden = Golden::new("pinned_programs");
    for (command, code) in [("run", 4), ("check --static", 4)] {
        golden.record(&sandbox.rowsmith(command).exits(code));
    }
    sandbox.rowsmith("plugin pin --check").exits(4);
    assert!(!sandbox.has("started"), "the changed script did not start");

    let moved = sandbox.path("tools/moved.sh");
    fs::rename(sandbox.path("tools/scrape.sh"), &moved).expect("moved");
    golden.record(&sandbox.rowsmith("check").exits(4));
    fs::rename(moved, sandbox.path("tools/scrape.sh")).expect("moved back");

    sandbox.rowsmith("plugin pin").exits(0);
    golden.check();
    sandbox.rowsmith("run").exits(0);
}

#[test]
fn programs_of_the_system_are_pinned_on_request_only() {
    let sandbox = sandbox();
    let output = sandbox.rowsmith("plugin pin").exits(0);
    let mut golden = Golden::new("pinned_programs_of_the_system");
    golden.add("plugin pin", &output.stderr.replace("/usr/bin/sh", "SH").replace("/bin/sh", "SH"));
    golden.check();
    sandbox.rowsmith("plugin pin --system --check").exits(4);
    sandbox.rowsmith("plugin pin --system").exits(0);
    assert!(keys(&sandbox).contains(&"program:sh".to_owned()));
    let output = sandbox.rowsmith("plugin pin").exits(0);
    assert!(output.stdout.contains("program:sh "), "a pin stays in use: {}", output.stdout);
    sandbox.rowsmith("run").exits(0);
}

/// The program `scrape` is in a folder of the `PATH` that the config sets.
#[test]
fn another_program_of_the_same_name_is_refused() {
    let sandbox = sandbox();
    let program = |folder: &str, text: &str| {
        let path = sandbox.write(&format!("{folder}/scrape"), format!("#!/bin/sh\n{text}"));
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("executable");
    };
    program("tools/two", SCRAPER);
    let config = sandbox.read("rowsmith.toml").replace(
        "command = [\"sh\", \"${SCRIPT:-scrape.sh}\"]",
        "command = [\"scrape\"]\nenv = { PATH = \"one:two:/usr/bin:/bin\" }",
    );
    sandbox.write("rowsmith.toml", config);
    sandbox.rowsmith("plugin pin").exits(0);
    assert!(keys(&sandbox).contains(&"program:scrape".to_owned()));
    sandbox.rowsmith("run").exits(0);
    let shown = sandbox.rowsmith("check --static").exits(0);
    let mut golden = Golden::new("pinned_programs_same_name");
    golden
        .add("check --static, the scraper", shown.stdout.lines().find(|line| line.contains("scrape (")).unwrap_or(""));

    program("tools/one", "exit 3\n");
    let output = sandbox.rowsmith("run").exits(4);
    golden.add("run with another program", &output.messages());
    golden.check();
}

/// Earlier versions wrote pins of libraries only.
#[test]
fn configs_without_pins_of_programs_work() {
    let sandbox = sandbox();
    sandbox.rowsmith("plugin pin").exits(0);
    let pinned = sandbox.read("rowsmith.toml");
    let without: Vec<&str> = pinned.lines().filter(|line| !line.starts_with("\"file:")).collect();
    sandbox.write("rowsmith.toml", without.join("\n"));
    sandbox.rowsmith("run").exits(0);
}

#[test]
fn variables_of_commands_are_replaced() {
    let sandbox = sandbox();
    sandbox.write("tools/other.sh", SCRAPER);
    sandbox.call(["plugin", "pin"]).env("SCRIPT", "other.sh").output().exits(0);
    assert!(keys(&sandbox).contains(&"file:tools/other.sh".to_owned()));
    let config = sandbox.read("rowsmith.toml").replace("${SCRIPT:-scrape.sh}", "${SCRIPT}");
    sandbox.write("rowsmith.toml", &config);
    let output = sandbox.rowsmith("plugin pin").exits(3);
    assert!(output.stderr.contains("error[RS1007]"), "{}", output.stderr);
    assert_eq!(sandbox.read("rowsmith.toml"), config);
}
