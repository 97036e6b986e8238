//! `rowsmith plan`: the calls that a run would make, without a key and without a call.

use rowsmith_fake_model::{FakeModel, Script};
use rowsmith_test_harness::config::KEY;
use rowsmith_test_harness::{Golden, Rows, Sandbox, config};

#[test]
fn plan_counts_rows_hits_duplicates_and_calls() {
    let server = FakeModel::start(Script::new()).expect("a server");
    let sandbox = Sandbox::new();
    let limits = "[providers.fake.limits]\nrequests_per_minute = 4\n\n[[exporters]]";
    let config = config::asking(&server.base_url()).replace("[[exporters]]", limits);
    sandbox.write("rowsmith.toml", &config);
    // 150 different rows, three duplicates and two empty rows.
    let rows = config::rows(150);
    let duplicates: Vec<&str> = rows.lines().skip(1).take(3).collect();
    sandbox.write("rows.csv", format!("{rows}{}\n,\n,\n", duplicates.join("\n")));

    let plan = sandbox.rowsmith("plan --format json").exits(0).json();
    assert_eq!(plan["schema"], "rowsmith/plan/v1");
    for (count, expected) in [("rows", 155), ("cached", 0), ("duplicates", 3), ("to_ask", 150), ("calls", 8)] {
        assert_eq!(plan[count], expected, "{count}: {plan}");
    }
    let limited = sandbox.rowsmith("plan --format json --limit 41").exits(0).json();
    assert_eq!((&limited["rows"], &limited["calls"], &limited["to_ask"]), (&41.into(), &3.into(), &41.into()));

    let text = sandbox.rowsmith("plan").exits(0);
    let (_, prompt) = text.stdout.split_once("--- system ---\n").expect("a prompt");
    let (system, user) = prompt.split_once("--- user ---\n").expect("rows");
    assert!(system.contains("Label the topics.") && system.contains("summary"), "{system}");
    assert!(!system.contains("Topic 1") && !system.contains("Words about"), "{system}");
    assert!(user.contains("Words about topic number 20 and") && !user.contains("number 21 and"), "{user}");
    let short = sandbox.rowsmith("plan --no-prompt").exits(0);
    assert!(!short.stdout.contains("--- system ---"));
    let mut golden = Golden::new("plan");
    golden.record(&short);
    golden.check();
    assert!(server.requests().is_empty());
    assert!(!sandbox.has("out.csv"));
}

/// Returns a server, and a sandbox whose 25 rows it has answered.
fn answered() -> (FakeModel, Sandbox) {
    let server = FakeModel::start(Script::new()).expect("a server");
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", config::asking(&server.base_url()));
    sandbox.write("rows.csv", config::rows(25));
    sandbox.call(["run", "-q"]).env(KEY.0, KEY.1).output().exits(0);
    assert_eq!(server.completions().len(), 2);
    (server, sandbox)
}

#[test]
fn answers_of_a_run_are_hits() {
    let (server, sandbox) = answered();
    for (flags, cached, calls) in [("", 25, 0), (" --refresh", 0, 2), (" --set enrich.instructions=Other.", 0, 2)] {
        let plan = sandbox.rowsmith(&format!("plan --format json{flags}")).exits(0).json();
        assert_eq!((&plan["cached"], &plan["calls"]), (&cached.into(), &calls.into()), "{flags}: {plan}");
    }
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn plan_names_the_reason_of_misses() {
    let (_server, sandbox) = answered();
    let mut golden = Golden::new("plan_misses");
    for flags in [
        "",
        " --set enrich.instructions=Other.",
        " --set providers.fake.config.model=other",
        " --set enrich.output.summary.max_words=3",
        " --set cache.config.path=empty",
    ] {
        golden.record(&sandbox.rowsmith(&format!("plan --no-prompt{flags}")).exits(0));
    }
    sandbox.write("rows.csv", config::rows(26));
    golden.add("one more row", &sandbox.rowsmith("plan --no-prompt").exits(0).stdout);
    golden.check();
    let plan = sandbox.rowsmith("plan --format json --set enrich.instructions=Other.").exits(0).json();
    assert_eq!(plan["cache_holds"][0]["answers"], 25, "{plan}");
    assert_eq!(plan["cache_holds"][0]["differs"].as_array().map(Vec::len), Some(1), "{plan}");
}

#[test]
fn online_plan_counts_tokens_and_asks_for_limits() {
    let server = FakeModel::start(Script::new()).expect("a server");
    let sandbox = Sandbox::with_rows(&Rows::numbered(1..=25));
    let plan = |provider: &str, flags: &[&str]| {
        let arguments = [&["plan", "--online", "--provider", provider][..], flags].concat();
        sandbox.call_with(&server, arguments).output()
    };
    let online = plan("gemini", &["--format", "json"]).exits(0).json()["online"].clone();
    assert_eq!(online["model"]["context_tokens"], 1_048_576);
    let tokens = |key: &str| online["first_call"][key].as_u64().expect("a number");
    assert!(tokens("input_tokens") > 0 && tokens("input_tokens_estimated") > 0, "{online}");
    assert!(server.completions().is_empty(), "a plan spends nothing");
    let mut golden = Golden::new("plan_online");
    golden.record(&plan("gemini", &["--no-prompt"]).exits(0));
    golden.record(&plan("openai", &["--no-prompt"]).exits(0));
    golden.record(&sandbox.call_with(&server, ["plan", "--online"]).env_remove("GEMINI_API_KEY").output().exits(3));
    golden.check();
}
