//! The files of a new plugin: texts of `host/templates` with the plugin's names put in.
//!
//! The manifest is kept under another name than Cargo's: a folder with a manifest would be a package of its own for
//! Cargo, and left out of this one.

use super::api::Dependencies;
use super::name::PluginName;
use crate::plugin::discovery::file_name;
use rowsmith_plugin_api::manifest::PluginKind;

/// A file: its path inside the crate's folder, and its text.
pub(super) type File = (&'static str, String);

/// What the kinds do not share.
struct Parts {
    about: &'static str,
    next: &'static str,
    files: [(&'static str, &'static str); 4],
}

/// The files that a folder of templates has, with the paths that they get.
macro_rules! files {
    ($kind:literal, $sample:literal) => {
        [
            ("src/lib.rs", include_str!(concat!("../../../../templates/", $kind, "/src/lib.rs"))),
            ("tests/plugin.rs", include_str!(concat!("../../../../templates/", $kind, "/tests/plugin.rs"))),
            ("rowsmith.toml", include_str!(concat!("../../../../templates/", $kind, "/rowsmith.toml"))),
            ($sample, include_str!(concat!("../../../../templates/", $kind, "/", $sample))),
        ]
    };
}

/// The files that all kinds have, in the order in which they are written.
const SHARED: [(&str, &str); 3] = [
    ("Cargo.toml", include_str!("../../../../templates/plugin/Cargo.toml.in")),
    ("README.md", include_str!("../../../../templates/plugin/README.md")),
    (".gitignore", include_str!("../../../../templates/plugin/gitignore")),
];

fn parts(kind: PluginKind) -> Parts {
    match kind {
        PluginKind::Scraper => Parts {
            about: "A Rowsmith scraper: rows from the lines of a text file.",
            next: "Rows are anything that serialises as a struct or a map; pages are fetched with `host.http()`.",
            files: files!("scraper", "lines.txt"),
        },
        PluginKind::Cache => Parts {
            about: "A Rowsmith cache: answers in memory, gone when the run ends.",
            next: "A store that outlives the run says so in `store()`; stores that several programs share can offer more.",
            files: files!("cache", "rows.csv"),
        },
        PluginKind::Provider => Parts {
            about: "A Rowsmith provider: asks a server with the chat completions API.",
            next: "`request` and `response` are pure functions; the host sends the requests. A provider without HTTP implements `Provider`.",
            files: files!("provider", "rows.csv"),
        },
        PluginKind::Exporter => Parts {
            about: "A Rowsmith exporter: rows as blocks of text.",
            next: "An exporter that writes no file implements `Exporter` itself.",
            files: files!("exporter", "rows.csv"),
        },
    }
}

/// The library that `cargo build` makes, as a config and a command line name it.
pub(super) fn library(plugin: &PluginName) -> String {
    format!("target/debug/{}", file_name(plugin.kind, &plugin.name))
}

/// All files of a plugin.
pub(super) fn files(plugin: &PluginName, dependencies: &Dependencies) -> Vec<File> {
    let parts = parts(plugin.kind);
    let package = plugin.package();
    let names = [
        ("{{about}}", parts.about),
        ("{{next}}", parts.next),
        ("{{kind}}", plugin.kind.as_str()),
        ("{{name}}", &plugin.name),
        ("{{ident}}", &package.replace('-', "_")),
        ("{{library}}", &library(plugin)),
        ("{{api}}", &dependencies.api),
        ("{{testkit}}", &dependencies.testkit),
        ("{{crate}}", &package),
    ];
    let fill = |text: &str| names.iter().fold(text.to_owned(), |text, (mark, value)| text.replace(mark, value));
    SHARED.iter().chain(&parts.files).map(|(path, text)| (*path, fill(text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_mark_is_left() {
        let dependencies = Dependencies { api: "\"1\"".to_owned(), testkit: "\"1\"".to_owned() };
        for kind in PluginKind::ALL {
            let plugin = PluginName { kind, name: "a-b".to_owned() };
            let files = files(&plugin, &dependencies);
            assert_eq!(files.len(), 7);
            for (path, text) in files {
                assert!(!text.contains("{{"), "{kind}: {path}:\n{text}");
                assert!(text.ends_with('\n'), "{kind}: {path}");
            }
        }
    }
}
