//! Commands that inspect plugins run no plugin code, not even code that the system runs when it opens a library.

use rowsmith_test_harness::{Invocation, Sandbox, built_library, config, library_name};
use std::fs;

/// Returns a sandbox with the plugin `early`, whose library runs code when it is opened.
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
fn inspecting_a_plugin_does_not_open_it() {
    let sandbox = sandbox();
    let file = format!("plugin info found/{}", library_name("scraper", "early"));
    for command in [
        "plugin list",
        "plugin list --format json",
        "plugin info early",
        &file,
        "check --static",
        "plugin pin",
        "plugin pin --check",
    ] {
        let output = call(&sandbox, command).output().exits(0);
        assert!(output.stdout.contains("early"), "{command}: {}", output.stdout);
        assert!(!sandbox.has("marker"), "{command} opened the library");
    }
    // Other commands open it, so an opened library is detected.
    call(&sandbox, "check").output().exits(0);
    assert!(sandbox.has("marker"));
}
