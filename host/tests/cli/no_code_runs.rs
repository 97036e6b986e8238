//! What looks at plugins runs none of their code, not even that which the system runs when a library is opened.

use super::config_text;
use super::sandbox::{Call, Sandbox, file_name};
use std::fs;
use std::path::Path;

/// The plugin with a constructor, under a name where searches find it.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    let built = Path::new(env!("CARGO_BIN_EXE_rowsmith")).with_file_name("deps");
    let built = built.join(format!("{prefix}misbehaving_constructor{suffix}"));
    let bytes = fs::read(&built).unwrap_or_else(|error| panic!("{}: {error}", built.display()));
    sandbox.write(&format!("found/{}", file_name("scraper", "early")), bytes);
    let config =
        config_text::offline().replace("plugin = \"csv\"\n[scraper.config]\npath = \"rows.csv\"", "plugin = \"early\"");
    sandbox.write("rowsmith.toml", config);
    sandbox
}

fn call<'a>(sandbox: &'a Sandbox, arguments: &str) -> Call<'a> {
    let call = sandbox.call(arguments.split(' ').chain(["--plugin-dir", "found"]));
    call.env("ROWSMITH_TEST_MARKER", sandbox.path("marker"))
}

#[test]
fn looking_at_a_plugin_does_not_open_it() {
    let sandbox = sandbox();
    let file = format!("plugin info found/{}", file_name("scraper", "early"));
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
        let ended = call(&sandbox, command).end().expect(0);
        assert!(ended.out.contains(said), "{command}: {}", ended.out);
        assert!(!sandbox.has("marker"), "{command} opened the library");
    }
    // With anything else it is opened, so this test would see it.
    call(&sandbox, "check").end().expect(0);
    assert!(sandbox.has("marker"));
}
