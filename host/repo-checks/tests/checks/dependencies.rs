//! Every declared dependency is used, versions are declared once, and every unit test is built.

use rowsmith_repo_checks::findings::{Finding, assert_none};
use rowsmith_repo_checks::manifests::{Package, workspace_dependencies};
use rowsmith_repo_checks::tree::{files, read};

/// Packages with dependencies that no code names. Each has a reason.
const NOT_NAMED: [(&str, &str); 1] = [
    // `plugin new` writes this line for every kind of plugin, and the tutorial keeps it.
    ("rowsmith-cache-sqlite", "serde"),
];

fn packages() -> Vec<Package> {
    let manifests = files("", &["toml"]).into_iter().filter(|file| file.name.ends_with("Cargo.toml"));
    // These are built against older versions of the workspace.
    let own = manifests.filter(|file| !file.name.contains("compat/plugins"));
    own.filter_map(|file| Package::read(&file)).collect()
}

#[test]
fn every_dependency_is_used() {
    let packages = packages();
    let sources = files("", &["rs"]);
    // A test depends on a plugin to have its library built.
    let is_plugin = |name: &str| packages.iter().any(|package| package.name == name && package.is_dynamic);
    let unused = packages.iter().flat_map(|package| {
        let unused = package.unused(&sources).into_iter();
        unused.filter(|dependency| !is_plugin(&dependency.name)).map(move |dependency| (package, dependency))
    });
    let unused =
        unused.filter(|(package, dependency)| !NOT_NAMED.contains(&(package.name.as_str(), dependency.name.as_str())));
    assert_none(
        unused
            .map(|(package, dependency)| Finding {
                file: package.file.clone(),
                line: package.line_of(&dependency.name),
                message: format!("no code names `{}`; remove the line", dependency.name),
            })
            .collect(),
    );
}

#[test]
fn the_table_of_the_workspace_is_used_and_sorted() {
    let manifest = read("Cargo.toml");
    let packages = packages();
    let table = workspace_dependencies(&manifest);
    assert!(table.len() > 20, "{table:?}");
    let finding = |line, message| Finding { file: "Cargo.toml".to_owned(), line, message };
    let is_inherited = |name: &str| {
        let mut all = packages.iter().flat_map(|package| &package.dependencies);
        all.any(|dependency| dependency.is_inherited && dependency.name == name)
    };
    let unused = table.iter().filter(|(_, name)| !is_inherited(name));
    let unused = unused.map(|(line, name)| finding(*line, format!("no package inherits `{name}`; remove the line")));
    let pairs = table.iter().zip(table.iter().skip(1));
    let unsorted = pairs.filter(|((_, name), (_, next))| is_own(name) == is_own(next) && name > next);
    let unsorted =
        unsorted.map(|((_, name), (line, next))| finding(*line, format!("move `{next}` up, before `{name}`")));
    assert_none(unused.chain(unsorted).collect());
}

#[test]
fn libraries_without_a_test_target_have_no_unit_tests() {
    let untested: Vec<Package> = packages().into_iter().filter(|package| package.is_untested).collect();
    assert!(untested.len() > 5, "{untested:?}");
    let sources = files("", &["rs"]);
    let tests = untested.iter().flat_map(|package| {
        let folder = format!("{}/src/", package.folder());
        sources.iter().filter(move |file| file.name.starts_with(&folder) && file.text.contains("#[cfg(test)]"))
    });
    let message = "remove `test = false` from the manifest: Cargo does not run these tests".to_owned();
    assert_none(tests.map(|file| Finding { file: file.name.clone(), line: 1, message: message.clone() }).collect());
}

fn is_own(name: &str) -> bool {
    name.starts_with("rowsmith-")
}
