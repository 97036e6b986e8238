//! The files of a new plugin: the texts of `host/templates` with the names of the plugin.
//!
//! The manifest has another name in the templates, because Cargo treats a folder with a `Cargo.toml` as another package.

use super::api::Dependencies;
use super::name::PluginName;
use crate::plugin::discovery::file_name;
use rowsmith_plugin_api::manifest::PluginKind;

/// Path in the crate, and text of a file.
pub(super) type File = (&'static str, String);

/// The parts that differ by kind.
struct KindParts {
    about: &'static str,
    next: &'static str,
    files: [(&'static str, &'static str); 4],
}

/// Files of a folder of templates, with their paths in the crate.
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

/// Files of all kinds, in order of writing.
const SHARED: [(&str, &str); 3] = [
    ("Cargo.toml", include_str!("../../../../templates/plugin/Cargo.toml.in")),
    ("README.md", include_str!("../../../../templates/plugin/README.md")),
    (".gitignore", include_str!("../../../../templates/plugin/gitignore")),
];

fn parts(kind: PluginKind) -> KindParts {
    match kind {
        PluginKind::Scraper => KindParts {
            about: "A Rowsmith scraper: rows from the lines of a text file.",
            next: "Rows are anything that serialises as a struct or a map; pages are fetched with `host.http()`.",
            files: files!("scraper", "lines.txt"),
        },
        PluginKind::Cache => KindParts {
            about: "A Rowsmith cache: answers in memory, gone when the run ends.",
            next: "A persistent store sets `persistent` in `store()`; a store that several processes share can offer coordination.",
            files: files!("cache", "rows.csv"),
        },
        PluginKind::Provider => KindParts {
            about: "A Rowsmith provider: asks a server with the chat completions API.",
            next: "`request` and `response` are pure functions; the host sends the requests. A provider without HTTP implements `Provider`.",
            files: files!("provider", "rows.csv"),
        },
        PluginKind::Exporter => KindParts {
            about: "A Rowsmith exporter: rows as blocks of text.",
            next: "An exporter that writes no file implements `Exporter` itself.",
            files: files!("exporter", "rows.csv"),
        },
    }
}

/// Returns the path of the library that `cargo build` creates.
pub(super) fn library(plugin: &PluginName) -> String {
    format!("target/debug/{}", file_name(plugin.kind, &plugin.name))
}

/// Returns all files of a plugin.
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
    let fill =
        |text: &str| names.iter().fold(text.to_owned(), |text, (placeholder, value)| text.replace(placeholder, value));
    SHARED.iter().chain(&parts.files).map(|(path, text)| (*path, fill(text))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_placeholder_is_filled() {
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
