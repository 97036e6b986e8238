//! Texts from outside never control the terminal: every command is run with hostile names, and its output has no raw control
//! character.

use rowsmith_fake_model::{FakeModel, Mutation, Script, Then, When};
use rowsmith_test_harness::{Output, Sandbox};
use std::collections::BTreeSet;
use std::fs;

/// Escape sequences, controls of Latin-1, marks of direction, and characters that are not visible.
const HOSTILE: &str = "x\u{1b}[31m\u{1b}]0;t\u{7}\u{9b}2J\u{85}\u{8}\u{7f}\u{61c}\u{200b}\u{200e}\u{202a}\u{202e}\u{2028}\u{2029}\u{2060}\u{2066}\u{2069}\u{feff}\u{ad}\u{fff9}\u{e0041}y";

fn is_raw(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t')) || (HOSTILE.contains(c) && !c.is_ascii())
}

/// Returns a text as a string of TOML and JSON.
fn quoted(text: &str) -> String {
    let escaped = |c: char| match c {
        c if c.is_control() => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

#[track_caller]
fn check(name: &str, output: &Output) -> bool {
    for (stream, text) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let line = text.lines().find(|line| line.contains(is_raw));
        assert_eq!(line.map(|line| line.escape_default().to_string()), None, "{name}: {stream}");
    }
    output.stderr.contains("\\u{1b}") || output.stdout.contains("\\u{1b}") || output.stdout.contains("\\u001b")
}

fn sandbox(server: &FakeModel) -> Sandbox {
    let sandbox = Sandbox::new();
    let name = quoted(HOSTILE);
    let url = server.base_url();
    sandbox.write(
        "rowsmith.toml",
        format!(
            r#"[scraper]
plugin = "csv"
[scraper.config]
path = "rows.csv"
[cache]
plugin = "lmdb"
[cache.config]
path = "cache-y"
sync = false
[enrich]
provider = {name}
input = ["Topic", {name}]
instructions = {name}
[enrich.output.tldr]
column = "Short"
max_words = 12
[providers.{name}]
plugin = "openai"
[providers.{name}.config]
model = {name}
base_url = "{url}/v1"
api_key = {{ env = "OPENAI_API_KEY" }}
[[exporters]]
plugin = "jsonl"
[exporters.config]
path = {name}
"#
        ),
    );
    let rows: Vec<String> = (1..=4).map(|row| format!("Topic {row},\"{row} {HOSTILE}\"\n")).collect();
    sandbox.write("rows.csv", format!("Topic,\"{HOSTILE}\"\n{}", rows.concat()));
    sandbox
}

#[test]
fn no_command_prints_a_raw_control_character() {
    let body = serde_json::json!({"error": {"message": HOSTILE, "type": HOSTILE, "code": 403}}).to_string();
    let script = Script::new()
        .on(When::row_contains("Topic 2"), Then::raw_json(403, body).header("x-request-id", "a"))
        .on(When::row_contains("Topic 3"), Then::mutated(Mutation::set("Topic 3", "tldr", HOSTILE)));
    let server = FakeModel::start(script).unwrap();
    let sandbox = sandbox(&server);
    sandbox.write(
        "broken.toml",
        format!("[scraper]\nplugin = 'csv' # {HOSTILE}\n{} = 1\npath = {}\n[a\n", quoted(HOSTILE), quoted(HOSTILE)),
    );
    sandbox.write(
        "unknown.toml",
        format!("{} = 1 # {HOSTILE}\n[enrich]\n{} = \"{}\"\n", quoted(HOSTILE), quoted(HOSTILE), "\\u202e"),
    );
    fs::create_dir(sandbox.path("plugins")).unwrap();
    sandbox.write(&format!("plugins/librowsmith_scraper_{HOSTILE}.so"), HOSTILE);
    let commands: Vec<Vec<&str>> = vec![
        vec!["run", "-vvv", "--progress", "plain", "--report", "report.json"],
        vec!["run", "-vvv", "--progress", "json", "--log-format", "json", "--refresh"],
        vec!["run", "--provider", HOSTILE],
        vec!["run", "-o", HOSTILE],
        vec!["run", "--set", HOSTILE],
        vec!["run", "--set", "enrich.input=[\"\\u202e\"]"],
        vec!["run", "broken.toml"],
        vec!["run", "unknown.toml"],
        vec!["run", HOSTILE],
        vec!["run", "--report", HOSTILE],
        vec!["plan"],
        vec!["plan", "--format", "json"],
        vec!["check"],
        vec!["check", "--static"],
        vec!["check", "--online"],
        vec!["check", HOSTILE],
        vec!["list"],
        vec!["cache", "stats"],
        vec!["cache", "stats", "--format", "json"],
        vec!["cache", "verify"],
        vec!["cache", "clear", "--older-than", HOSTILE],
        vec!["cache", "clear"],
        vec!["cache", "clear", "--yes"],
        vec!["plugin", "list", "--plugin-dir", "plugins"],
        vec!["plugin", "list", "--plugin-dir", HOSTILE],
        vec!["plugin", "info", HOSTILE],
        vec!["plugin", "info", HOSTILE, "--plugin-dir", "plugins"],
        vec!["plugin", "pin", HOSTILE],
        vec!["plugin", "pin"],
        vec!["plugin", "test", HOSTILE],
        vec!["plugin", "new", HOSTILE, "--kind", "scraper"],
        vec!["plugin", "new", "good", "--kind", "scraper", "--dir", "new-\u{1b}[31m\u{202e}"],
        vec!["init", "init-\u{1b}[31m\u{202e}"],
        vec!["init", "init-\u{1b}[31m\u{202e}"],
        vec!["schema"],
        vec!["completions", "bash"],
        vec!["completions", HOSTILE],
        vec!["help", HOSTILE],
        vec![HOSTILE],
        vec!["run", "--", HOSTILE, HOSTILE],
    ];
    let mut shown = 0;
    for arguments in &commands {
        let output = sandbox.call(arguments).server(&server.base_url()).time_scale("0.01").output();
        assert_ne!(output.code(), 70, "{arguments:?}: {}", output.stderr);
        shown += usize::from(check(&arguments.join(" "), &output));
    }
    assert!(shown >= 20, "hostile texts are shown in escaped form: {shown}");
    let help = sandbox.bare(["--help"]).output().stdout;
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let listed: BTreeSet<&str> = listed.filter_map(|line| line.split_whitespace().next()).collect();
    let tested: BTreeSet<&str> = commands.iter().filter_map(|arguments| arguments.first().copied()).collect();
    assert!(!listed.is_empty() && listed.is_subset(&tested), "{listed:?}");
    let plan = sandbox.call(["plan", "--format", "json"]).server(&server.base_url()).output().json();
    assert_eq!((&plan["model"], &plan["provider"]), (&HOSTILE.into(), &HOSTILE.into()), "JSON stays the same data");
}
