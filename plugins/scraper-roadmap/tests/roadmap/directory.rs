//! `source = "directory"`.

use super::{BASICS, RYE, drawing, rows, scrape, scraper};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_testkit::{FakeHost, block_on};
use std::path::Path;
use tempfile::TempDir;

/// A folder with the roadmap `bread` and entries that are not roadmaps.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fill(folder.path()).expect("written");
    folder
}

/// Writes them to a folder.
pub(crate) fn fill(folder: &Path) -> std::io::Result<()> {
    let content = folder.join("bread/content");
    std::fs::create_dir_all(&content)?;
    std::fs::create_dir(folder.join("empty"))?;
    std::fs::write(folder.join("bread/bread.json"), drawing().to_string())?;
    std::fs::write(content.join("basics@n1.md"), BASICS)?;
    std::fs::write(content.join("dark@n3.md"), RYE)?;
    std::fs::write(folder.join("notes.json"), "{}")
}

fn config(path: &Path) -> Value {
    json!({"roadmap": "bread", "source": "directory", "path": path})
}

fn names(config: Value) -> Result<Vec<String>> {
    let listings = block_on(scraper(config, &FakeHost::default())?.list())?;
    Ok(listings.into_iter().map(|listing| listing.name).collect())
}

#[test]
fn path_is_the_roadmap_folder_or_its_parent() {
    let folder = folder();
    for path in [folder.path().to_owned(), folder.path().join("bread")] {
        let host = FakeHost::default();
        assert_eq!(scrape(config(&path), &host).expect("scraped"), rows());
        assert_eq!(names(config(&path)).expect("listed"), ["bread"]);
        assert!(host.requests().is_empty());
    }
}

#[test]
fn source_paths_name_the_drawing_and_the_folder_of_texts() {
    let folder = folder();
    let paths = SourcePaths {
        files: vec![folder.path().join("bread/bread.json")],
        folders: vec![folder.path().join("bread/content")],
    };
    for path in [folder.path().to_owned(), folder.path().join("bread")] {
        assert_eq!(scraper(config(&path), &FakeHost::default()).expect("made").source_paths(), paths);
    }
    let online = scraper(json!({"roadmap": "bread"}), &FakeHost::default()).expect("made");
    assert_eq!(online.source_paths(), SourcePaths::default());
}

#[test]
fn node_types_select_the_rows() {
    let folder = folder();
    let mut config = config(folder.path());
    config["node_types"] = json!(["subtopic"]);
    assert_eq!(scrape(config, &FakeHost::default()).expect("scraped"), [rows().remove(2)]);
}

#[test]
fn a_missing_roadmap_lists_the_existing_ones() {
    let folder = folder();
    let mut config = config(folder.path());
    config["roadmap"] = json!("cake");
    let error = scrape(config, &FakeHost::default()).expect_err("missing");
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert!(error.message.contains("cake.json") && error.hint.unwrap_or_default().contains("bread"));
    let nowhere = folder.path().join("nowhere");
    assert!(names(self::config(&nowhere)).expect_err("missing").message.contains("nowhere"));
}

#[test]
fn missing_texts_and_invalid_bytes_are_not_errors() {
    let folder = folder();
    std::fs::write(folder.path().join("bread/content/dark@n3.md"), b"# \xff\nRye \xff is dark").expect("written");
    let scraped = scrape(config(folder.path()), &FakeHost::default()).expect("scraped");
    assert_eq!(scraped[2]["Description"], "Rye \u{fffd} is dark");
    std::fs::remove_dir_all(folder.path().join("bread/content")).expect("removed");
    let scraped = scrape(config(folder.path()), &FakeHost::default()).expect("scraped");
    assert!(scraped.iter().all(|row| row["Description"] == ""));
}

#[test]
fn leftovers_are_one_row_and_texts_are_found_by_slug() {
    let folder = folder();
    let mut drawing = drawing();
    let nodes = drawing["nodes"].as_array_mut().expect("nodes");
    nodes.push(json!({
        "id": "n5", "type": "topic", "position": {"x": 9, "y": 10}, "data": {"label": "Basics", "oldId": "n1"},
    }));
    let content = folder.path().join("bread/content");
    std::fs::write(folder.path().join("bread/bread.json"), drawing.to_string()).expect("written");
    std::fs::write(content.join("flour.md"), "# Flour\n\nFlour is milled.\n").expect("written");
    std::fs::write(content.join("dark@n3.md"), "").expect("written");
    for name in ["basics@n5.md", "yeast@n9.md", "index.md"] {
        std::fs::write(content.join(name), BASICS).expect("written");
    }
    let scraped = scrape(config(folder.path()), &FakeHost::default()).expect("scraped");
    let column = |name: &str| scraped.iter().map(|row| row[name].as_str().unwrap_or_default()).collect::<Vec<_>>();
    assert_eq!(column("Topic"), ["Basics", "Flour", "Rye Flour"]);
    assert_eq!(column("Description"), ["Bread is flour and water.", "Flour is milled.", ""]);
}

#[test]
fn invalid_drawings_are_errors_with_the_file() {
    let folder = folder();
    let file = folder.path().join("bread/bread.json");
    for (text, part) in [(r#"{"mockup": {}}"#, "old format"), ("{", "not JSON"), ("{}", "`nodes`")] {
        std::fs::write(&file, text).expect("written");
        let error = scrape(config(folder.path()), &FakeHost::default()).expect_err(text);
        assert_eq!(error.kind, ErrorKind::InvalidData);
        assert!(error.message.contains(part) && error.message.contains("bread.json"), "{error}");
    }
    std::fs::write(&file, r#"{"nodes": []}"#).expect("written");
    assert_eq!(scrape(config(folder.path()), &FakeHost::default()).expect("empty"), Vec::<Value>::new());
}

#[test]
fn the_sample_of_the_project_is_a_roadmap_folder() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/sample");
    let mut config = config(&sample);
    config["roadmap"] = json!("amateur-astronomy");
    let rows = scrape(config, &FakeHost::default()).expect("scraped");
    let filled = |column: &str| rows.iter().filter(|row| row[column] != "").count();
    assert!(filled("Description") >= 150 && filled("Resources") >= 100);
    assert_eq!((filled("Category"), filled("Topic")), (rows.len(), rows.len()));
}

/// Puts something else where a file is expected.
#[cfg(unix)]
type Plant<'a> = &'a dyn Fn(&Path);

#[cfg(unix)]
#[test]
fn nothing_outside_of_the_folder_is_read() {
    use std::os::unix::fs::symlink;
    let outside = tempfile::tempdir().expect("a folder");
    let secret = outside.path().join("secret.md");
    std::fs::write(&secret, "# Secret\n\nThe password is hunter2.\n").expect("written");
    fill(&outside.path().join("other")).expect("written");
    let pipe = |path: &Path| {
        assert!(std::process::Command::new("mkfifo").arg(path).status().expect("mkfifo").success());
    };
    let text = "content/basics@n1.md";
    let texts: [(&str, Plant<'_>); 4] = [
        ("an absolute link", &|path| symlink(&secret, path).expect("linked")),
        ("a link to a device", &|path| symlink("/dev/zero", path).expect("linked")),
        ("a pipe", &pipe),
        ("a huge text", &|path| {
            std::fs::File::create(path).expect("created").set_len(5 << 20).expect("sized");
        }),
    ];
    for (name, plant) in texts {
        let folder = folder();
        let path = folder.path().join("bread").join(text);
        std::fs::remove_file(&path).expect("removed");
        plant(&path);
        let rows = scrape(config(folder.path()), &FakeHost::default()).expect(name);
        assert_eq!((rows.len(), &rows[0]["Description"]), (3, &json!("")), "{name}");
    }
    let entries: [(&str, &str, Plant<'_>); 4] = [
        ("the drawing", "bread/bread.json", &|path| {
            symlink(outside.path().join("other/bread/bread.json"), path).expect("linked");
        }),
        ("the texts", "bread/content", &|path| {
            symlink(outside.path().join("other/bread/content"), path).expect("linked");
        }),
        ("the roadmap", "bread", &|path| symlink(outside.path().join("other/bread"), path).expect("linked")),
        ("a pipe", "bread/bread.json", &pipe),
    ];
    for (name, entry, plant) in entries {
        let folder = folder();
        let path = folder.path().join(entry);
        std::fs::rename(&path, folder.path().join("moved")).expect("moved");
        plant(&path);
        assert!(scrape(config(folder.path()), &FakeHost::default()).is_err(), "{name}");
    }
    let folder = folder();
    let link = outside.path().join("link");
    symlink(folder.path(), &link).expect("linked");
    assert_eq!(scrape(config(&link), &FakeHost::default()).expect("the given path may be a link"), rows());
}

#[test]
fn ids_and_labels_that_are_paths_name_no_file() {
    let folder = folder();
    let content = folder.path().join("bread/content");
    std::fs::write(folder.path().join("secret.md"), "hunter2").expect("written");
    std::fs::write(content.join("case@N1.md"), "other case").expect("written");
    let secret = folder.path().join("secret").display().to_string();
    let ids = ["../../secret", &secret, "..", "/", "n1/../n1", "..\\secret", "%2e%2e%2fsecret", "n\0"];
    let nodes: Vec<Value> =
        ids.iter().map(|id| json!({"id": id, "type": "topic", "data": {"label": id, "oldId": id}})).collect();
    std::fs::write(folder.path().join("bread/bread.json"), json!({"nodes": nodes}).to_string()).expect("written");
    let rows = scrape(config(folder.path()), &FakeHost::default()).expect("scraped");
    assert!(rows.iter().all(|row| row["Description"] == ""), "{rows:?}");
}
