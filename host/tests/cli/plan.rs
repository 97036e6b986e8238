//! `rowsmith plan`: what a run would do, without a key and without asking anybody.

use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::{Sandbox, config};

#[test]
fn a_plan_counts_rows_hits_duplicates_and_calls() {
    let server = FakeModel::start(Script::new()).expect("a server");
    let sandbox = Sandbox::new();
    let limits = "[providers.fake.limits]\nrequests_per_minute = 4\n\n[[exporters]]";
    let config = config::asking(&server.base_url()).replace("[[exporters]]", limits);
    sandbox.write("rowsmith.toml", &config);
    // 150 different rows, three of which come twice, and two without a word.
    let rows = config::rows(150);
    let again: Vec<&str> = rows.lines().skip(1).take(3).collect();
    sandbox.write("rows.csv", format!("{rows}{}\n,\n,\n", again.join("\n")));

    let said = sandbox.rowsmith("plan").exits(0);
    let lines = [
        "Rows            155",
        "Cache hits      0",
        "Duplicates      3",
        "Nothing to ask  2",
        "To ask          150",
        "Calls           8 of at most 20 rows",
        "Time            60 s until the last call may leave, at 4 requests a minute",
        "Provider        fake (test-model)",
    ];
    for line in lines {
        assert!(said.stdout.lines().any(|l| l == line), "{line:?} in\n{}", said.stdout);
    }
    let (_, prompt) = said.stdout.split_once("--- system ---\n").expect("a prompt");
    let (system, user) = prompt.split_once("--- user ---\n").expect("rows");
    assert!(system.contains("Label the topics.") && system.contains("summary"), "{system}");
    assert!(!system.contains("Topic 1") && !system.contains("Words about"), "{system}");
    assert!(user.contains("Words about topic number 20 and") && !user.contains("number 21 and"), "{user}");

    let json = sandbox.rowsmith("plan --format json --limit 41").exits(0).json();
    assert_eq!(json["schema"], "rowsmith/plan/v1");
    assert_eq!((&json["rows"], &json["calls"], &json["to_ask"]), (&41.into(), &3.into(), &41.into()), "{json}");
    assert!(!sandbox.rowsmith("plan --no-prompt").exits(0).stdout.contains("--- system ---"));
    assert!(server.requests().is_empty());
    assert!(!sandbox.has("out.csv"));
}

#[test]
fn after_a_run_everything_is_a_hit() {
    let server = FakeModel::start(Script::new()).expect("a server");
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", config::asking(&server.base_url()));
    sandbox.write("rows.csv", config::rows(25));
    sandbox.call(["run", "-q"]).env(config::KEY.0, config::KEY.1).output().exits(0);
    assert_eq!(server.completions().len(), 2);

    let json = sandbox.rowsmith("plan --format json").exits(0).json();
    assert_eq!((&json["cached"], &json["calls"]), (&25.into(), &0.into()), "{json}");
    let json = sandbox.rowsmith("plan --format json --refresh").exits(0).json();
    assert_eq!((&json["cached"], &json["calls"]), (&0.into(), &2.into()), "{json}");
    let json = sandbox.rowsmith("plan --format json --set enrich.instructions=Other.").exits(0).json();
    assert_eq!((&json["cached"], &json["calls"]), (&0.into(), &2.into()), "{json}");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_plan_says_why_the_cache_has_no_answer() {
    let server = FakeModel::start(Script::new()).expect("a server");
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", config::asking(&server.base_url()));
    sandbox.write("rows.csv", config::rows(25));
    let why = |command: &str| {
        let out = sandbox.rowsmith(command).exits(0).stdout;
        let line = out.lines().find_map(|line| line.strip_prefix("Why not cached"));
        line.map(|line| line.trim().to_owned()).unwrap_or_default()
    };
    assert_eq!(why("plan"), "the cache has no answers yet");
    sandbox.call(["run", "-q"]).env(config::KEY.0, config::KEY.1).output().exits(0);
    assert_eq!(why("plan"), "", "nothing is missed");
    let different = "25 answers are to another question; different: ";
    assert_eq!(why("plan --set enrich.instructions=Other."), format!("{different}the instructions"));
    assert_eq!(why("plan --set providers.fake.config.model=other"), format!("{different}the model or its settings"));
    assert_eq!(
        why("plan --set enrich.output.summary.max_words=3"),
        format!("{different}the rules of the output columns")
    );
    sandbox.write("rows.csv", config::rows(26));
    assert_eq!(why("plan"), "rows are new, or their input has changed");
    let json = sandbox.rowsmith("plan --format json --set enrich.instructions=Other.").exits(0).json();
    assert_eq!(json["cache_holds"], serde_json::json!([{"answers": 25, "differs": ["the instructions"]}]));
}
