//! The blocks of a page are copies of files, doc tests, or configs that pass the check.

use rowsmith_test_harness::docs::{Block, TUTORIAL, blocks, read};
use rowsmith_test_harness::{Sandbox, checkout, library_name, plugins, test_plugins};
use std::fs;
use std::path::Path;

/// The required tables of a config, added to blocks that show only a part.
const NEEDED: [(&str, &str); 4] = [
    ("[scraper]", "[scraper]\nplugin = \"csv\"\n[scraper.config]\npath = \"rows.csv\"\n"),
    ("[cache]", "[cache]\nplugin = \"memory\"\n"),
    (
        "[enrich]",
        "[enrich]\nprovider = \"words\"\ninput = [\"Text\"]\ninstructions = \"Sort.\"\n[enrich.output.short]\n\
         type = \"string\"\n[providers.words]\nplugin = \"extractive\"\n",
    ),
    ("[[exporters]]", "[[exporters]]\nplugin = \"csv\"\n[exporters.config]\npath = \"out.csv\"\n"),
];

/// Returns the pages of the documentation.
pub(crate) fn pages() -> Vec<String> {
    let entries = fs::read_dir(checkout().join("docs")).expect("the documentation");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    let is_page = |name: &String| Path::new(name).extension().is_some_and(|extension| extension == "md");
    names.filter(is_page).map(|name| format!("docs/{name}")).collect()
}

#[test]
fn copies_equal_their_files() {
    let mut copies = 0;
    for page in pages() {
        for block in blocks(&read(&page)) {
            if let Some(file) = block.mark("file") {
                assert!(block.text == read(file), "{page}, line {}: the block differs from {file}", block.line);
                copies += 1;
            }
        }
    }
    assert!(copies >= 10, "{copies} copies");
}

#[test]
fn every_source_file_of_the_examples_is_on_the_page() {
    let page = blocks(&read(TUTORIAL));
    for example in ["scraper-feed", "scraper-tickets", "provider-inhouse", "cache-sqlite", "exporter-html"] {
        let folder = format!("docs/examples/{example}/src");
        for entry in fs::read_dir(checkout().join(&folder)).expect("the sources") {
            let file = format!("{folder}/{}", entry.expect("an entry").file_name().display());
            assert!(page.iter().any(|block| block.mark("file") == Some(&file)), "{file} is not on the page");
        }
    }
}

#[test]
fn rust_blocks_are_doc_tests_or_files() {
    for block in blocks(&read(TUTORIAL)) {
        // Blocks with the language `rust` are doc tests of the testkit; others are files of a crate.
        let is_file = block.mark("file").is_some() || block.mark("put").is_some();
        let expected = !block.language.starts_with("rust") || (block.language == "rust,ignore") == is_file;
        assert!(expected, "line {}: {}", block.line, block.language);
        assert!(!block.language.is_empty(), "line {}: rustdoc takes a block without a language for Rust", block.line);
    }
}

#[test]
fn configs_pass_the_check() {
    let sandbox = Sandbox::new();
    sandbox.write("rows.csv", "Text\n");
    // The folder that Cargo writes to and that the configs of the page name.
    let folder = sandbox.path("target/debug");
    fs::create_dir_all(&folder).expect("folders are made");
    for (kind, name) in [
        ("scraper", "feed"),
        ("scraper", "tickets"),
        ("cache", "sqlite"),
        ("provider", "inhouse"),
        ("exporter", "html"),
    ] {
        let file = library_name(kind, name);
        fs::copy(test_plugins().join(&file), folder.join(&file)).expect("a plugin is copied");
    }
    let is_config = |block: &Block| block.language == "toml" && !block.text.contains("[package]");
    let pages = [TUTORIAL, "docs/local-models.md"];
    let configs: Vec<(&str, Block)> =
        pages.iter().flat_map(|page| blocks(&read(page)).into_iter().map(move |block| (*page, block))).collect();
    for (page, block) in configs.iter().filter(|(_, block)| is_config(block)) {
        let missing = NEEDED.iter().filter(|(table, _)| !block.text.lines().any(|line| line == *table));
        let config = missing.fold(block.text.clone(), |config, (_, tables)| config + "\n" + tables);
        sandbox.write("rowsmith.toml", &config);
        let path = std::env::join_paths([plugins(), folder.as_path()]).expect("a path");
        let call = sandbox.bare(["check", "--static"]).env("ROWSMITH_PLUGIN_PATH", path);
        let check = call.env("SERVICES", "http://127.0.0.1:1").env("DESK_TOKEN", "a").env("MODELS_KEY", "b").output();
        assert_eq!(check.code(), 0, "{page}, line {}:\n{config}\n{}{}", block.line, check.stdout, check.stderr);
    }
}

#[test]
fn blocks_have_their_marks() {
    let page =
        "# A page\n<!-- file: a.rs -->\n<!-- put: b/a.rs -->\n\n```rust,ignore\nfn a() {}\n\n```\n\n```text\nx\n```\n";
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let rust = Block {
        language: "rust,ignore".to_owned(),
        text: "fn a() {}\n\n".to_owned(),
        marks: vec![pair("file", "a.rs"), pair("put", "b/a.rs")],
        line: 5,
    };
    let text = Block { language: "text".to_owned(), text: "x\n".to_owned(), marks: Vec::new(), line: 10 };
    assert_eq!(blocks(page), [rust, text]);
}
