//! An optional plugin is found once it is built, and `-o` selects it.

use rowsmith_test_harness::{Sandbox, build_program, built_library, config, library_name};

#[test]
#[ignore = "runs Cargo"]
fn a_workbook_is_written_once_the_plugin_is_built() {
    build_program();
    let sandbox = Sandbox::new();
    sandbox.write("rowsmith.toml", config::offline());
    sandbox.write("rows.csv", config::rows(3));
    sandbox.rowsmith("run -o out.xlsx").exits(4);

    // A dev-dependency of this package, which Cargo builds for its tests.
    let file = library_name("exporter", "xlsx");
    let folder = sandbox.path("plugins");
    std::fs::create_dir(&folder).unwrap();
    std::fs::copy(built_library(&file), folder.join(&file)).unwrap();
    let listed = sandbox.rowsmith("plugin list --plugin-dir plugins").exits(0);
    assert!(listed.stdout.contains(&file), "{}", listed.stdout);
    sandbox.rowsmith("run -o out.xlsx --plugin-dir plugins").exits(0);
    let workbook = std::fs::read(sandbox.path("out.xlsx")).unwrap();
    assert!(workbook.starts_with(b"PK\x03\x04"), "{} bytes", workbook.len());
    sandbox.rowsmith("run -o out.xlsx --plugin-dir plugins").exits(0);
    assert_eq!(std::fs::read(sandbox.path("out.xlsx")).unwrap(), workbook, "equal rows make equal bytes");
}
