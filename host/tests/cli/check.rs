//! `rowsmith check`: what is fine, what is odd, and what the service says.

use super::config_text;
use super::sandbox::{KEY, Sandbox};
use rowsmith_fake_model::{FakeModel, Script, Then, When};

fn sandbox(config: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", config);
    sandbox.write("rows.csv", config_text::rows(2));
    sandbox
}

#[test]
fn a_good_config_is_fine_with_or_without_running_plugins() {
    let server = FakeModel::start(Script::new()).expect("a server");
    let sandbox = sandbox(&config_text::asking(&server.base_url()));
    let plugins = ["scraper   csv", "cache     lmdb", "provider  gemini", "exporter  csv"];

    let said = sandbox.call(["check"]).env(KEY.0, KEY.1).end().expect(0);
    assert!(said.out.ends_with("rowsmith.toml is fine\n"), "{}", said.out);
    assert!(plugins.iter().all(|plugin| said.out.contains(plugin)), "{}", said.out);
    assert_eq!(said.err, "");

    let said = sandbox.call(["check", "--static"]).env(KEY.0, KEY.1).end().expect(0);
    assert!(
        said.out.ends_with("rowsmith.toml is fine, as far as can be said without running plugins\n"),
        "{}",
        said.out
    );
    assert!(plugins.iter().all(|plugin| said.out.contains(plugin)), "{}", said.out);

    let said = sandbox.run("check").expect(0);
    assert!(said.err.starts_with("warning[RS1202]: environment variable `FAKE_KEY`"), "{}", said.err);
    assert!(said.out.ends_with("rowsmith.toml is fine; but a run needs the secrets above\n"), "{}", said.out);

    let quiet = sandbox.run("check -q").expect(0);
    assert_eq!(quiet.err, "");
    assert!(server.requests().is_empty());
    assert!(!sandbox.has("out.csv"));
}

#[test]
fn a_key_in_the_config_is_odd_and_is_never_shown() {
    let literal = "key-that-stands-in-the-config";
    let server = FakeModel::start(Script::new()).expect("a server");
    let config = config_text::asking(&server.base_url()).replace("{ env = \"FAKE_KEY\" }", &format!("\"{literal}\""));
    let sandbox = sandbox(&config);
    for line in ["check", "check --static", "plan", "run -vvv"] {
        let said = sandbox.run(line).expect(0);
        assert!(said.err.contains("warning[RS1201]: a secret is written in the config\n"), "{line}: {}", said.err);
        assert!(!said.err.contains(literal) && !said.out.contains(literal), "{line}: {}{}", said.out, said.err);
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
        let sandbox = sandbox(&config_text::asking(&server.base_url()));
        let said = sandbox.call(["check", "--online"]).env(KEY.0, KEY.1).end().expect(code);
        assert_eq!(server.completions().len(), 0, "{name}");
        assert!(!server.requests().is_empty(), "{name}");
        assert!(server.requests().iter().all(|request| request.key.as_deref() == Some(KEY.1)), "{name}");
        assert!(!said.err.contains(KEY.1), "{name}: {}", said.err);
        if code == 0 {
            assert!(said.out.contains("test-model"), "{name}: {}", said.out);
        } else {
            assert!(said.err.starts_with("error: provider plugin `gemini`: "), "{name}: {}", said.err);
            assert!(said.err.contains(word), "{name}: {}", said.err);
        }
    }
    // Without a key there is nothing to ask with.
    let sandbox = sandbox(&config_text::asking("http://127.0.0.1:9"));
    let said = sandbox.run("check --online").expect(3);
    assert!(said.err.contains("error[RS1202]"), "{}", said.err);
}
