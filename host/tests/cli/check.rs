//! `rowsmith check`: valid configs, warnings, and the answer of the service.

use rowsmith_fake_model::{FakeModel, Script, Then, When};
use rowsmith_test_harness::config::KEY;
use rowsmith_test_harness::{Golden, Sandbox, config};

fn sandbox(config: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", config);
    sandbox.write("rows.csv", config::rows(2));
    sandbox
}

#[test]
fn valid_config_passes_with_and_without_running_plugins() {
    let server = FakeModel::start(Script::new()).expect("a server");
    let sandbox = sandbox(&config::asking(&server.base_url()));
    let mut golden = Golden::new("check");
    for arguments in [&["check"][..], &["check", "--static"]] {
        golden.record(&sandbox.call(arguments).env(KEY.0, KEY.1).output().exits(0));
    }
    golden.record(&sandbox.rowsmith("check").exits(0));
    assert_eq!(sandbox.rowsmith("check -q").exits(0).stderr, "");
    golden.check();
    assert!(server.requests().is_empty());
    assert!(!sandbox.has("out.csv"));
}

#[test]
fn columns_without_a_maximum_size_are_a_warning() {
    let server = FakeModel::start(Script::new()).expect("a server");
    let columns = "type = \"string\"\n\n[enrich.output.tags]\ntype = \"array\"\nitems = { max_words = 2 }\n\n\
        [enrich.output.three]\ntype = \"array\"\nmax_length = 3\n";
    let config = config::asking(&server.base_url()).replace("type = \"string\"\nmax_words = 12\n", columns);
    let sandbox = sandbox(&config);
    let mut golden = Golden::new("check_unbounded_columns");
    golden.record(&sandbox.call(["check", "--static"]).env(KEY.0, KEY.1).output().exits(0));
    golden.check();
}

#[test]
fn literal_key_is_a_warning_and_is_never_printed() {
    let literal = "key-as-text-of-the-config";
    let server = FakeModel::start(Script::new()).expect("a server");
    let config = config::asking(&server.base_url()).replace("{ env = \"FAKE_KEY\" }", &format!("\"{literal}\""));
    let sandbox = sandbox(&config);
    for line in ["check", "check --static", "plan", "run -vvv"] {
        let output = sandbox.rowsmith(line).exits(0);
        assert!(output.stderr.contains("warning[RS1201]"), "{line}: {}", output.stderr);
        let printed = output.stdout + &output.stderr;
        assert!(!printed.contains(literal), "{line}: {printed}");
    }
    assert!(server.completions().iter().all(|request| request.key.as_deref() == Some(literal)));
}

#[test]
fn key_over_plain_http_to_another_machine_is_refused_by_a_run() {
    let mut golden = Golden::new("check_insecure_address");
    // An address of documentation, where nothing answers.
    let unsafe_config = config::asking("http://192.0.2.1:9/v1");
    for (name, text) in [
        ("gemini", unsafe_config.clone()),
        ("openai", unsafe_config.replace("plugin = \"gemini\"", "plugin = \"openai\"")),
    ] {
        let sandbox = sandbox(&text);
        let call = |arguments: &[&str]| sandbox.call(arguments).env(KEY.0, KEY.1).output();
        for command in [&["check", "--static"][..], &["check"]] {
            let output = call(command).exits(0);
            assert!(output.stderr.contains("warning[RS1205]"), "{name}: {}", output.stderr);
        }
        let run = call(&["run"]).exits(3);
        assert!(!run.stdout.contains(KEY.1) && !sandbox.has("out.csv"), "{name}");
        golden.add(name, &run.stderr);
        call(&["check", "--online"]).exits(3);
        let allowed = text.replace("api_key =", "allow_insecure = true\napi_key =");
        sandbox.write("rowsmith.toml", allowed);
        assert!(!call(&["check", "--static"]).exits(0).stderr.contains("RS1205"), "{name}");
    }
    golden.check();
}

#[test]
fn online_asks_the_service_about_key_and_model() {
    let mut golden = Golden::new("check_online");
    for (name, script, code) in [
        ("valid key", Script::new(), 0),
        ("wrong key", Script::new().on(When::any(), Then::wrong_key()), 7),
        ("unknown model", Script::new().on(When::any(), Then::unknown_model()), 7),
    ] {
        let server = FakeModel::start(script).expect("a server");
        let sandbox = sandbox(&config::asking(&server.base_url()));
        let output = sandbox.call(["check", "--online"]).env(KEY.0, KEY.1).output().exits(code);
        assert_eq!(server.completions().len(), 0, "{name}");
        assert!(!server.requests().is_empty(), "{name}");
        assert!(server.requests().iter().all(|request| request.key.as_deref() == Some(KEY.1)), "{name}");
        assert!(!output.stderr.contains(KEY.1), "{name}: {}", output.stderr);
        golden.add(&format!("{name} (exit {code})"), &format!("{}{}", output.stdout, output.stderr));
    }
    golden.check();
}

#[test]
fn online_requires_the_key() {
    let output = sandbox(&config::asking("http://127.0.0.1:9")).rowsmith("check --online").exits(3);
    assert!(output.stderr.contains("error[RS1202]"), "{}", output.stderr);
}
