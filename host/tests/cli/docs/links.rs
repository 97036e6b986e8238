//! Links of the documentation lead to existing files, and the index names every page.

use super::blocks::pages;
use rowsmith_test_harness::checkout;
use rowsmith_test_harness::docs::read;

/// Returns the files that a page links to.
fn targets(page: &str) -> Vec<String> {
    let text: String = page.split("```").step_by(2).collect();
    let links = text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target);
    let files = links.filter(|target| !target.contains("://") && !target.starts_with('#'));
    files.map(|target| target.split('#').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn links_lead_to_files() {
    let mut checked = 0;
    for page in pages() {
        for target in targets(&read(&page)) {
            assert!(
                checkout().join("docs").join(&target).exists(),
                "{page} has a link to {target}, which does not exist"
            );
            checked += 1;
        }
    }
    assert!(checked >= 20, "{checked} links");
}

#[test]
fn index_names_every_page() {
    let index = targets(&read("docs/README.md"));
    for page in pages().iter().filter_map(|page| page.strip_prefix("docs/")).filter(|page| *page != "README.md") {
        assert!(index.iter().any(|target| target == page), "docs/README.md does not name {page}");
    }
}
