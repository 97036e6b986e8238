//! Where a new crate gets `rowsmith-plugin-api` from.

use super::workshop::{Workshop, checkout};

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
        let workshop = Workshop::new();
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
    let workshop = Workshop::new();
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

/// The sources are those that a release brings along, so this shows as well that they stand on their own.
#[cfg(unix)]
#[test]
fn a_tag_of_a_repository_builds() {
    let workshop = Workshop::new();
    workshop.write("repository/README.md", "Rowsmith\n");
    let repository = workshop.path("repository").display().to_string();
    workshop.system("repository", checkout().join(".ci/release"), &["sources", &repository]);
    workshop.system("repository", "git", &["init", "--quiet"]);
    workshop.system("repository", "git", &["add", "."]);
    let author = ["-c", "user.name=Nobody", "-c", "user.email=nobody@example.org"];
    workshop.system("repository", "git", &[&author[..], &["commit", "--quiet", "-m", "all"]].concat());
    workshop.system("repository", "git", &["tag", "v1"]);
    let words = format!("plugin new tagged --kind exporter --dir tagged --api file://{repository}#v1");
    workshop.rowsmith(&words).expect(0);
    workshop.cargo_with_git("tagged", ["test", "--quiet"]).expect(0);
}
