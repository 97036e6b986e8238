//! `rowsmith plugin new` without building: its sources of `rowsmith-plugin-api`, and folders that it must not change.

use rowsmith_test_harness::{Golden, Sandbox, checkout};

const FILES: [&str; 7] = [".gitignore", "Cargo.toml", "README.md", "lines.txt", "rowsmith.toml", "src", "tests"];

#[test]
fn wrong_use_writes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write("taken/notes.txt", "mine\n");
    // The crate from a registry has no testkit in its folder.
    let copies = Sandbox::new();
    let copy = |folder: &str| {
        copies.write(&format!("{folder}/Cargo.toml"), "[package]\nname = \"rowsmith-plugin-api\"\n");
        copies.path(folder.split('/').next().unwrap_or_default()).display().to_string()
    };
    let (alone, checkout, empty) = (copy("copied"), copy("checkout/plugin-api"), copies.path("").display().to_string());
    let mut golden = Golden::new("plugin_new_mistakes");
    for api in [alone, checkout, empty.clone()] {
        let output = sandbox.call(["plugin", "new", "pages", "--kind", "scraper", "--api", &api]).output().exits(2);
        golden.add("an incomplete folder (exit 2)", &output.stderr.replace(empty.trim_end_matches('/'), "COPIES"));
        assert_eq!(sandbox.names(""), ["taken"]);
    }
    for arguments in [
        "plugin new My_Pages --kind scraper",
        "plugin new rowsmith-cache-pages --kind scraper",
        "plugin new pages --kind scrapper",
        "plugin new pages --kind scraper --api ./nowhere",
        "plugin new pages --kind scraper --dir taken --api 0.2",
    ] {
        golden.record(&sandbox.rowsmith(arguments).exits(2));
        assert_eq!(sandbox.names(""), ["taken"], "{arguments}");
        assert_eq!(sandbox.names("taken"), ["notes.txt"], "{arguments}");
    }
    sandbox.write("file", "mine\n");
    for dir in ["file", "file/below", "file/deep/below"] {
        let call = format!("plugin new pages --kind scraper --api 0.2 --dir {dir}");
        golden.record(&sandbox.rowsmith(&call).exits(1));
        assert_eq!(sandbox.read("file"), "mine\n");
        assert_eq!(sandbox.names(""), ["file", "taken"], "{dir}");
    }
    golden.check();
}

#[test]
fn force_overwrites_only_its_own_files() {
    let sandbox = Sandbox::new();
    sandbox.write("taken/notes.txt", "mine\n");
    sandbox.write("taken/Cargo.toml", "old\n");
    sandbox.rowsmith("plugin new pages --kind scraper --dir taken --force --api 0.2").exits(0);
    assert!(sandbox.read("taken/Cargo.toml").starts_with("[package]\nname = \"rowsmith-scraper-pages\"\n"));
    assert_eq!(sandbox.read("taken/notes.txt"), "mine\n");
    let mut names = sandbox.names("taken");
    names.retain(|name| name != "notes.txt");
    assert_eq!(names, FILES);
}

#[test]
fn current_folder_is_a_valid_target() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("here")).expect("a new folder");
    let call = sandbox.call(["plugin", "new", "pages", "--kind", "scraper", "--dir", ".", "--api", "0.2"]);
    let mut golden = Golden::new("plugin_new_here");
    golden.record(&call.current_dir(sandbox.path("here")).output().exits(0));
    golden.check();
    assert_eq!(sandbox.names("here"), FILES);
}

#[test]
fn each_source_of_the_api_has_its_line() {
    let path = |folder: &str| format!("{{ path = \"{}/{folder}\" }}", checkout().display());
    let git = |more: &str| format!("{{ git = \"https://example.org/rowsmith{more} }}");
    let cases = [
        ("0.2".to_owned(), ["\"0.2\"".to_owned(), "\"0.2\"".to_owned()]),
        ("https://example.org/rowsmith.git".to_owned(), [git(".git\""), git(".git\"")]),
        ("https://example.org/rowsmith#v0.2.0".to_owned(), [git("\", tag = \"v0.2.0\""), git("\", tag = \"v0.2.0\"")]),
        (checkout().display().to_string(), [path("plugin-api"), path("plugin-api/testkit")]),
    ];
    let sandbox = Sandbox::new();
    let mut golden = Golden::new("plugin_new_sources");
    for (at, (api, [plugin_api, testkit])) in cases.into_iter().enumerate() {
        let dir = format!("made/source{at}");
        let call = sandbox.call(["plugin", "new", "a", "--kind", "exporter", "--dir", &dir, "--api", &api]);
        golden.record(&call.output().exits(0));
        let manifest = sandbox.read(&format!("{dir}/Cargo.toml"));
        let lines: Vec<&str> = manifest.lines().filter(|line| line.starts_with("rowsmith-")).collect();
        let expected = [format!("rowsmith-plugin-api = {plugin_api}"), format!("rowsmith-plugin-testkit = {testkit}")];
        assert_eq!(lines, expected, "{api}");
    }
    golden.check();
}
