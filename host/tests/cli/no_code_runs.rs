//! What looks at plugins runs none of their code, not even that which the system runs when a library is opened.

use rowsmith_test_harness::{Invocation, Sandbox, built_library, config, library_name};
use std::fs;

/// The plugin with a constructor, under a name where searches find it.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let built = built_library(&format!("{prefix}misbehaving_constructor{suffix}"));
    let bytes = fs::read(&built).unwrap_or_else(|error| panic!("{}: {error}", built.display()));
    sandbox.write(&format!("found/{}", library_name("scraper", "early")), bytes);
    let config =
        config::offline().replace("plugin = \"csv\"\n[scraper.config]\npath = \"rows.csv\"", "plugin = \"early\"");
    sandbox.write("rowsmith.toml", config);
    sandbox
}

fn call<'a>(sandbox: &'a Sandbox, arguments: &str) -> Invocation<'a> {
    let call = sandbox.call(arguments.split(' ').chain(["--plugin-dir", "found"]));
    call.env("ROWSMITH_TEST_MARKER", sandbox.path("marker"))
}

#[test]
fn looking_at_a_plugin_does_not_open_it() {
    let sandbox = sandbox();
    let file = format!("plugin info found/{}", library_name("scraper", "early"));
    let commands = [
        ("plugin list", "early"),
        ("plugin list --format json", "early"),
        ("plugin info early", "Runs code as soon as it is opened"),
        (&file, "Runs code as soon as it is opened"),
        ("check --static", "early"),
        ("plugin pin", "scraper-early"),
        ("plugin pin --check", "scraper-early"),
    ];
    for (command, said) in commands {
        let ended = call(&sandbox, command).output().exits(0);
        assert!(ended.stdout.contains(said), "{command}: {}", ended.stdout);
        assert!(!sandbox.has("marker"), "{command} opened the library");
    }
    // With anything else it is opened, so this test would see it.
    call(&sandbox, "check").output().exits(0);
    assert!(sandbox.has("marker"));
}
