//! `rowsmith check`: what is fine, what is odd, and what the service says.

use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::{Sandbox, config};

fn sandbox(config: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", config);
    sandbox.write("rows.csv", config::rows(2));
    sandbox
}

#[test]
fn a_good_config_is_fine_with_or_without_running_plugins() {
    let server = FakeModel::start(Script::new()).expect("a server");
    let sandbox = sandbox(&config::asking(&server.base_url()));
    let plugins = ["scraper   csv", "cache     lmdb", "provider  gemini", "exporter  csv"];

    let said = sandbox.call(["check"]).env(config::KEY.0, config::KEY.1).output().exits(0);
    assert!(said.stdout.ends_with("rowsmith.toml is fine\n"), "{}", said.stdout);
    assert!(plugins.iter().all(|plugin| said.stdout.contains(plugin)), "{}", said.stdout);
    assert_eq!(said.stderr, "");

    let said = sandbox.call(["check", "--static"]).env(config::KEY.0, config::KEY.1).output().exits(0);
    assert!(
        said.stdout.ends_with("rowsmith.toml is fine, as far as can be said without running plugins\n"),
        "{}",
        said.stdout
    );
    assert!(plugins.iter().all(|plugin| said.stdout.contains(plugin)), "{}", said.stdout);

    let said = sandbox.rowsmith("check").exits(0);
    assert!(said.stderr.starts_with("warning[RS1202]: environment variable `FAKE_KEY`"), "{}", said.stderr);
    assert!(said.stdout.ends_with("rowsmith.toml is fine; but a run needs the secrets above\n"), "{}", said.stdout);

    let quiet = sandbox.rowsmith("check -q").exits(0);
    assert_eq!(quiet.stderr, "");
    assert!(server.requests().is_empty());
    assert!(!sandbox.has("out.csv"));
}

#[test]
fn a_key_in_the_config_is_odd_and_is_never_shown() {
    let literal = "key-that-stands-in-the-config";
    let server = FakeModel::start(Script::new()).expect("a server");
    let config = config::asking(&server.base_url()).replace("{ env = \"FAKE_KEY\" }", &format!("\"{literal}\""));
    let sandbox = sandbox(&config);
    for line in ["check", "check --static", "plan", "run -vvv"] {
        let said = sandbox.rowsmith(line).exits(0);
        assert!(
            said.stderr.contains("warning[RS1201]: a secret is written in the config\n"),
            "{line}: {}",
            said.stderr
        );
        assert!(
            !said.stderr.contains(literal) && !said.stdout.contains(literal),
            "{line}: {}{}",
            said.stdout,
            said.stderr
        );
    }
    assert!(server.completions().iter().all(|request| request.key.as_deref() == Some(literal)));
}

#[test]
fn online_asks_the_service_about_key_and_model() {
    let cases = [
        ("good", Script::new(), 0, ""),
        ("wrong key", Script::new().on(When::any(), Then::wrong_key()), 7, "key"),
        ("unknown model", Script::new().on(When::any(), Then::unknown_model()), 7, "test-model"),
    ];
    for (name, script, code, word) in cases {
        let server = FakeModel::start(script).expect("a server");
        let sandbox = sandbox(&config::asking(&server.base_url()));
        let said = sandbox.call(["check", "--online"]).env(config::KEY.0, config::KEY.1).output().exits(code);
        assert_eq!(server.completions().len(), 0, "{name}");
        assert!(!server.requests().is_empty(), "{name}");
        assert!(server.requests().iter().all(|request| request.key.as_deref() == Some(config::KEY.1)), "{name}");
        assert!(!said.stderr.contains(config::KEY.1), "{name}: {}", said.stderr);
        if code == 0 {
            assert!(said.stdout.contains("test-model"), "{name}: {}", said.stdout);
        } else {
            assert!(said.stderr.starts_with("error: provider plugin `gemini`: "), "{name}: {}", said.stderr);
            assert!(said.stderr.contains(word), "{name}: {}", said.stderr);
        }
    }
    // Without a key there is nothing to ask with.
    let sandbox = sandbox(&config::asking("http://127.0.0.1:9"));
    let said = sandbox.rowsmith("check --online").exits(3);
    assert!(said.stderr.contains("error[RS1202]"), "{}", said.stderr);
}
