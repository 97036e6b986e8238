//! Plugins built against earlier versions of plugin-api work in this host, and the plugins of today in their hosts.

mod old_plugins;

use old_plugins::OldPlugins;
use rowsmith_test_harness::{Output, Sandbox, plugins, read_jsonl};
use serde_json::{Value, json};
use std::process::Command;

const KINDS: [&str; 4] = ["scraper", "cache", "provider", "exporter"];

const CONFIG: &str = r#"[scraper]
plugin = "old"
[scraper.config]
count = 7

[cache]
plugin = "old"
[cache.config]
path = "answers.json"

[enrich]
provider = "echo"
input = ["title"]
instructions = "Summarize the title."

[enrich.output.summary]
column = "Summary"
type = "string"

[providers.echo]
plugin = "old"
[providers.echo.config]
prefix = "words on"
key = { env = "OLD_KEY" }

[batch]
max_rows = 3

[[exporters]]
plugin = "old"
[exporters.config]
path = "out.jsonl"
"#;

/// A sandbox with a config whose plugins are all old.
struct OldSandbox {
    sandbox: Sandbox,
    plugins: OldPlugins,
}

impl OldSandbox {
    fn new(version: &'static str) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("rowsmith.toml", CONFIG);
        Self { sandbox, plugins: OldPlugins::build(version) }
    }

    #[track_caller]
    fn rowsmith(&self, arguments: &str) -> Output {
        let call = self.sandbox.bare(arguments.split(' ')).env("OLD_KEY", "key-of-the-old-provider");
        call.env("ROWSMITH_PLUGIN_PATH", &self.plugins.folder).output().exits(0)
    }
}

/// All four plugins in two runs: the first asks the provider, the second reads the cache.
fn old_plugins_enrich_rows(version: &'static str) {
    let old = OldSandbox::new(version);
    let row = |n: u32| json!({"title": format!("Topic {n}"), "number": n, "Summary": format!("words on Topic {n}")});
    let expected: Vec<Value> = (1..=7).map(row).collect();
    for (cached, enriched) in [(0, 7), (7, 0)] {
        old.rowsmith("run --report report.json");
        assert_eq!(read_jsonl(&old.sandbox.path("out.jsonl")), expected);
        let rows = &old.sandbox.report()["rows"];
        assert_eq!((&rows["cached"], &rows["enriched"]), (&cached.into(), &enriched.into()), "{rows}");
    }
}

/// The commands that open plugins without a run.
fn commands_open_old_plugins(version: &'static str) {
    let old = OldSandbox::new(version);
    for kind in KINDS {
        let info = old.rowsmith(&format!("plugin info {kind}-old --format json")).json();
        assert_eq!((&info["kind"], &info["name"]), (&kind.into(), &"old".into()), "{info}");
        assert_eq!((&info["api_version"], &info["abi"]), (&version.into(), &1.into()), "{info}");
    }
    old.rowsmith("check");
    assert_eq!(old.rowsmith("list --format json").json()[0]["name"], "topics");
    old.rowsmith("run");
    assert_eq!(old.rowsmith("cache stats --format json").json()["entries"], 7);
}

/// The plugins of this build, in a host of the old version.
fn new_plugins_work_in_an_old_host(version: &'static str) {
    let host = OldPlugins::build(version).folder.join(format!("old-host{}", std::env::consts::EXE_SUFFIX));
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", "title,number\na,1\n\"b, c\",\n");
    let output = Command::new(host).arg(plugins()).current_dir(sandbox.folder()).env_clear().output().unwrap();
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
    let api = env!("CARGO_PKG_VERSION");
    let mut expected = ["scraper-csv", "cache-memory", "provider-extractive", "exporter-jsonl"]
        .map(|name| format!("{name} speaks ABI 1, API {api}"))
        .to_vec();
    expected.extend(["the cache has [true, false]", "the provider is extractive-1", "wrote 2 rows"].map(str::to_owned));
    assert_eq!(String::from_utf8(output.stdout).unwrap().lines().collect::<Vec<_>>(), expected);
    let written = read_jsonl(&sandbox.path("out.jsonl"));
    assert_eq!(written, [json!({"title": "a", "number": "1"}), json!({"title": "b, c", "number": ""})]);
}

macro_rules! versions {
    ($($module:ident = $version:literal),* $(,)?) => {
        $(mod $module {
            #[test]
            #[ignore = "runs Cargo"]
            fn old_plugins_enrich_rows() {
                super::old_plugins_enrich_rows($version);
            }

            #[test]
            #[ignore = "runs Cargo"]
            fn commands_open_old_plugins() {
                super::commands_open_old_plugins($version);
            }

            #[test]
            #[ignore = "runs Cargo"]
            fn new_plugins_work_in_an_old_host() {
                super::new_plugins_work_in_an_old_host($version);
            }
        })*
    };
}

versions! { v0_1_0 = "0.1.0", v0_2_0 = "0.2.0" }
