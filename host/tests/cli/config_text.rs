//! A small config that works, for tests to change.

/// A config over `rows.csv` and `out.csv` that asks the server at this address.
pub(crate) fn asking(base_url: &str) -> String {
    format!(
        r#"[scraper]
plugin = "csv"
[scraper.config]
path = "rows.csv"

[cache]
plugin = "lmdb"
[cache.config]
path = "cache"

[enrich]
provider = "fake"
input = ["Title", "Text"]
instructions = "Judge the topics."

[enrich.output.summary]
column = "Summary"
type = "string"
max_words = 12

[enrich.output.level]
column = "Level"
enum = ["practice", "expert"]

[providers.fake]
plugin = "gemini"
[providers.fake.config]
model = "test-model"
base_url = "{base_url}"
api_key = {{ env = "FAKE_KEY" }}

[[exporters]]
plugin = "csv"
[exporters.config]
path = "out.csv"
"#
    )
}

/// The same config with answers made from the rows' own words.
pub(crate) fn offline() -> String {
    let text = asking("");
    let (head, rest) = text.split_once("[providers.fake]").expect("the config has a provider");
    let (_, tail) = rest.split_once("[[exporters]]").expect("the config has an exporter");
    format!("{head}[providers.fake]\nplugin = \"extractive\"\n\n[[exporters]]{tail}")
}

/// So many different rows.
pub(crate) fn rows(count: usize) -> String {
    let rows = (1..=count).map(|n| format!("Topic {n},Words about topic number {n} and nothing else\n"));
    std::iter::once("Title,Text\n".to_owned()).chain(rows).collect()
}
