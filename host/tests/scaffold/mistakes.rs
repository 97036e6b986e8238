//! Folders that are there already, and what is said when no crate can be written; nothing is written then.

use super::workshop::Workshop;

#[test]
fn wrong_use_writes_nothing() {
    let cases = [
        (
            "plugin new My_Pages --kind scraper",
            "error: `My_Pages` cannot be the name of a plugin: it must begin with a lower-case letter (a to z); \
             `my-pages` would do\n",
        ),
        (
            "plugin new rowsmith-cache-pages --kind scraper",
            "error: `rowsmith-cache-pages` is the name of a plugin of kind cache, but --kind says scraper\n",
        ),
        (
            "plugin new pages --kind scrapper",
            "error: invalid value 'scrapper' for '--kind <KIND>'\n  \
             [possible values: scraper, cache, provider, exporter]\n\n  \
             tip: a similar value exists: 'scraper'\n\nFor more information, try '--help'.\n",
        ),
        (
            "plugin new pages --kind scraper --api ./nowhere",
            "error: --api: `./nowhere` is neither a version, nor an address of git, nor a folder with \
             rowsmith-plugin-api\n",
        ),
        (
            "plugin new pages --kind scraper --dir taken",
            "error: taken is not empty; name another folder with --dir, or overwrite with --force\n",
        ),
    ];
    let workshop = Workshop::new("wrong-use");
    workshop.write("taken/notes.txt", "mine\n");
    for (words, said) in cases {
        let end = workshop.rowsmith(words).expect(2);
        assert_eq!(end.err, said, "{words}");
        assert_eq!(end.out, "", "{words}");
        assert_eq!(workshop.names(""), ["taken"], "{words}");
        assert_eq!(workshop.names("taken"), ["notes.txt"], "{words}");
    }
}

#[test]
fn a_place_that_cannot_be_written_to_is_named() {
    let workshop = Workshop::new("no-place");
    workshop.write("file", "mine\n");
    for dir in ["file", "file/below", "file/deep/below"] {
        let end = workshop.rowsmith(&format!("plugin new pages --kind scraper --dir {dir}")).expect(1);
        assert!(end.err.starts_with(&format!("error: cannot write to {dir}: Not a directory")), "{}", end.err);
        assert_eq!((workshop.names(""), workshop.read("file")), (vec!["file".to_owned()], "mine\n".to_owned()));
    }
}

#[test]
fn force_overwrites_only_what_it_writes() {
    let workshop = Workshop::new("forced");
    workshop.write("taken/notes.txt", "mine\n");
    workshop.write("taken/Cargo.toml", "old\n");
    workshop.rowsmith("plugin new pages --kind scraper --dir taken --force").expect(0);
    assert!(workshop.read("taken/Cargo.toml").starts_with("[package]\nname = \"rowsmith-scraper-pages\"\n"));
    assert_eq!(workshop.read("taken/notes.txt"), "mine\n");
    assert_eq!(
        workshop.names("taken"),
        [".gitignore", "Cargo.toml", "README.md", "lines.txt", "notes.txt", "rowsmith.toml", "src", "tests"]
    );
}

#[test]
fn the_current_folder_may_be_the_place() {
    let workshop = Workshop::new("current");
    std::fs::create_dir(workshop.path("here")).unwrap();
    let end = workshop.rowsmith_in("here", "plugin new pages --kind scraper --dir .").expect(0);
    assert!(end.err.ends_with("\nnext:\n  cargo test\n  cargo build\n  PROGRAM run\n"), "{}", end.err);
    assert_eq!(
        workshop.names("here"),
        [".gitignore", "Cargo.toml", "README.md", "lines.txt", "rowsmith.toml", "src", "tests"]
    );
}
