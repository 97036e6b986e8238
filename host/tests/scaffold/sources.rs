//! Where a new crate gets `rowsmith-plugin-api` from.

use super::workshop::{Workshop, checkout, kept};
use std::process::Command;

/// The lines that name the crate and its testkit.
fn dependencies(workshop: &Workshop, folder: &str) -> Vec<String> {
    let manifest = workshop.read(&format!("{folder}/Cargo.toml"));
    manifest.lines().filter(|line| line.starts_with("rowsmith-")).map(str::to_owned).collect()
}

#[test]
fn each_source_has_its_line() {
    let cases = [
        ("0.2", "\"0.2\"", "\"0.2\"", "the released version 0.2"),
        (
            "https://example.org/rowsmith.git",
            "{ git = \"https://example.org/rowsmith.git\" }",
            "{ git = \"https://example.org/rowsmith.git\" }",
            "https://example.org/rowsmith.git",
        ),
        (
            "https://example.org/rowsmith#v0.2.0",
            "{ git = \"https://example.org/rowsmith\", tag = \"v0.2.0\" }",
            "{ git = \"https://example.org/rowsmith\", tag = \"v0.2.0\" }",
            "https://example.org/rowsmith at v0.2.0",
        ),
        (
            "CHECKOUT",
            "{ path = \"CHECKOUT/plugin-api\" }",
            "{ path = \"CHECKOUT/plugin-api/testkit\" }",
            "CHECKOUT/plugin-api",
        ),
    ];
    let checkout = checkout().display().to_string();
    for (place, (api, crate_line, testkit_line, said)) in cases.into_iter().enumerate() {
        let workshop = Workshop::new(&format!("line-{place}"));
        let api = api.replace("CHECKOUT", &checkout);
        let words = format!("plugin new a{place} --kind exporter --dir made/here --api {api}");
        let end = workshop.rowsmith(&words).expect(0).err;
        assert!(end.contains(&format!("\nuses rowsmith-plugin-api from {said}\nnext:\n  cd made/here\n")), "{end}");
        let expected = [
            format!("rowsmith-plugin-api = {}", crate_line.replace("CHECKOUT", &checkout)),
            format!("rowsmith-plugin-testkit = {}", testkit_line.replace("CHECKOUT", &checkout)),
        ];
        assert_eq!(dependencies(&workshop, "made/here"), expected);
    }
}

#[test]
fn a_version_that_is_not_released_yet_builds_with_a_patch() {
    let workshop = Workshop::new("patched");
    let version = env!("CARGO_PKG_VERSION");
    workshop.rowsmith(&format!("plugin new patched --kind provider --dir patched --api {version}")).expect(0);
    let api = checkout().join("plugin-api");
    let patch = format!(
        "[patch.crates-io]\nrowsmith-plugin-api.path = '{}'\nrowsmith-plugin-testkit.path = '{}'\n",
        api.display(),
        api.join("testkit").display()
    );
    workshop.write("patched/.cargo/config.toml", &patch);
    workshop.cargo("patched", ["test", "--quiet"]).expect(0);
}

/// The sources are those that a release brings along, so this shows as well that they stand on their own. The repository
/// and its commit are the same in every run, so that its crates are built once.
#[cfg(unix)]
#[test]
fn a_tag_of_a_repository_builds() {
    let repository = kept("scaffold-repository");
    drop(std::fs::remove_dir_all(&repository));
    let git = |arguments: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(&repository).args(["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"]);
        command.args(arguments).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        let date = "2026-01-01T00:00:00Z";
        must_end_well(command.env("GIT_AUTHOR_DATE", date).env("GIT_COMMITTER_DATE", date));
    };
    must_end_well(Command::new(checkout().join(".ci/release")).arg("sources").arg(&repository));
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "-m", "all"]);
    git(&["tag", "v1"]);

    let workshop = Workshop::new("tagged");
    let address = format!("file://{}#v1", repository.display());
    workshop.rowsmith(&format!("plugin new tagged --kind exporter --dir tagged --api {address}")).expect(0);
    workshop.cargo_with_git("tagged", ["test", "--quiet"]).expect(0);
}

#[cfg(unix)]
#[track_caller]
fn must_end_well(command: &mut Command) {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}:\n{}", String::from_utf8_lossy(&output.stderr));
}
