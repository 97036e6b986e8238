//! What the blocks of a page are: copies of files, doc tests, or configs that pass the check.

use super::page::{Block, TUTORIAL, blocks, read};
use super::place::{BUILT, project};
use super::sandbox::{Sandbox, file_name, plugins};
use std::fs;
use std::path::Path;

/// The tables that a config must have. A block that shows a part of one gets those that it leaves out.
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

/// The pages of the documentation.
pub(crate) fn pages() -> Vec<String> {
    let entries = fs::read_dir(project().join("docs")).expect("the documentation");
    let names = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    let is_page = |name: &String| Path::new(name).extension().is_some_and(|extension| extension == "md");
    names.filter(is_page).map(|name| format!("docs/{name}")).collect()
}

#[test]
fn copies_of_files_are_equal_to_them() {
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
    for example in ["scraper-tickets", "provider-inhouse", "cache-sqlite", "exporter-html"] {
        let folder = format!("docs/examples/{example}/src");
        for entry in fs::read_dir(project().join(&folder)).expect("the sources") {
            let file = format!("{folder}/{}", entry.expect("an entry").file_name().display());
            assert!(page.iter().any(|block| block.mark("file") == Some(&file)), "{file} is not on the page");
        }
    }
}

#[test]
fn rust_is_compiled_here_or_there() {
    for block in blocks(&read(TUTORIAL)) {
        // Blocks that are `rust` alone are doc tests of the testkit; the others are files of a crate.
        let is_file = block.mark("file").is_some() || block.mark("put").is_some();
        let expected = !block.language.starts_with("rust") || (block.language == "rust,ignore") == is_file;
        assert!(expected, "line {}: {}", block.line, block.language);
        assert!(!block.language.is_empty(), "line {}: rustdoc takes a block without a language for Rust", block.line);
    }
}

#[test]
fn configs_pass_the_check() {
    let sandbox = Sandbox::new();
    let built = Path::new(BUILT).parent().expect("a folder").join("deps");
    sandbox.write("rows.csv", "Text\n");
    // Where Cargo puts them, and where the configs of the page have them.
    let folder = sandbox.path("target/debug");
    fs::create_dir_all(&folder).expect("folders are made");
    for (kind, name) in [("scraper", "tickets"), ("cache", "sqlite"), ("provider", "inhouse"), ("exporter", "html")] {
        let file = file_name(kind, name);
        fs::copy(built.join(&file), folder.join(&file)).expect("a plugin is copied");
    }
    let is_config = |block: &Block| block.language == "toml" && !block.text.contains("[package]");
    for block in blocks(&read(TUTORIAL)).iter().filter(|block| is_config(block)) {
        let missing = NEEDED.iter().filter(|(table, _)| !block.text.lines().any(|line| line == *table));
        let config = missing.fold(block.text.clone(), |config, (_, tables)| config + "\n" + tables);
        sandbox.write("rowsmith.toml", &config);
        let path = std::env::join_paths([plugins(), folder.clone()]).expect("a path");
        let call = sandbox.bare(["check", "--static"]).env("ROWSMITH_PLUGIN_PATH", path);
        let said = call.env("SERVICES", "http://127.0.0.1:1").env("DESK_TOKEN", "a").env("MODELS_KEY", "b").end();
        assert_eq!(said.code, Some(0), "line {}:\n{config}\n{}{}", block.line, said.out, said.err);
    }
}
