//! Every config of the project passes `rowsmith check`.

use rowsmith_plugin_testkit::has_program;
use rowsmith_test_harness::{Sandbox, checkout};
use std::fs;
use std::path::{Path, PathBuf};

/// Returns a sandbox with a copy of the project's folder `config`.
pub(crate) fn project() -> Sandbox {
    let sandbox = Sandbox::new();
    copy(&checkout().join("config"), &sandbox.path("config"));
    sandbox
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a new folder");
    for path in entries(from) {
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).expect("a copied file");
        }
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let mut paths: Vec<PathBuf> = entries.collect();
    paths.sort();
    paths
}

#[test]
fn every_config_passes_the_check() {
    let sandbox = project();
    let configs: Vec<PathBuf> = entries(&sandbox.path("config"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    assert!(configs.len() >= 6, "{configs:?}");
    for config in configs {
        if config.ends_with("exec.toml") && !has_program("python3") {
            continue;
        }
        let name = format!("config/{}", config.file_name().unwrap_or_default().display());
        let check = sandbox.rowsmith(&format!("check {name}")).exits(0);
        // A key that the environment lacks is the only possible warning.
        let other = check
            .messages()
            .lines()
            .find(|line| !line.starts_with("warning[RS1202]") && !line.starts_with("hint"))
            .map(str::to_owned);
        assert_eq!(other, None, "{name}");
    }
}
