//! The sources of `rowsmith-plugin-api` that a new crate can build with.

use super::workshop::Workshop;
use crate::folders::kept;
use rowsmith_test_harness::{checkout, succeed};
use std::process::Command;

#[test]
#[ignore = "runs Cargo"]
fn unreleased_version_builds_with_a_patch() {
    let workshop = Workshop::new("patched");
    let version = env!("CARGO_PKG_VERSION");
    workshop.rowsmith(&format!("plugin new patched --kind provider --dir patched --api {version}")).exits(0);
    let api = checkout().join("plugin-api");
    let patch = format!(
        "[patch.crates-io]\nrowsmith-plugin-api.path = '{}'\nrowsmith-plugin-testkit.path = '{}'\n",
        api.display(),
        api.join("testkit").display()
    );
    workshop.write("patched/.cargo/config.toml", &patch);
    workshop.cargo("patched", ["test", "--quiet"]);
}

/// The sources are those of a release, so this also shows that they are complete. Repository and commit are the same in
/// every run, so that their crates are built once.
#[test]
#[ignore = "runs Cargo"]
fn tag_of_a_repository_builds() {
    let repository = kept("scaffold-repository");
    drop(std::fs::remove_dir_all(&repository));
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(&repository).args(["-c", "user.name=Test", "-c", "user.email=test@example.org"]);
        command.args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        let date = "2026-01-01T00:00:00Z";
        succeed(command.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date));
    };
    succeed(Command::new(checkout().join(".ci/release")).arg("sources").arg(&repository));
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "all"]);
    git(&["tag", "v1"]);

    let workshop = Workshop::new("tagged");
    let address = format!("file://{}#v1", repository.display());
    workshop.rowsmith(&format!("plugin new tagged --kind exporter --dir tagged --api {address}")).exits(0);
    workshop.cargo_with_git("tagged", ["test", "--quiet"]);
}
