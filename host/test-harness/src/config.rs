//! The configs that suites share. Their caches do not wait for the disk.

/// The key of the Gemini provider in [`ENRICH`].
pub const GEMINI_KEY: &str = "gm-test-0123456789-key";
/// The key of the OpenAI providers in [`ENRICH`].
pub const OPENAI_KEY: &str = "sk-test-9876543210-key";

/// CSV in, JSON Lines out, and three providers: `gemini`, `openai` under a schema, `array` in JSON mode.
///
/// `${MODEL_URL}` is the address of the fake model.
pub const ENRICH: &str = r#"
[scraper]
plugin = "csv"
[scraper.config]
path = "rows.csv"

[cache]
plugin = "lmdb"
[cache.config]
path = "cache"
sync = false

[enrich]
provider = "gemini"
input = ["Topic", "Description"]
instructions = "Label learning topics."

[enrich.output.tldr]
column = "TLDR"
type = "string"
max_words = 12
[enrich.output.challenge]
column = "Challenge"
enum = ["practice", "expert"]

[providers.gemini]
plugin = "gemini"
[providers.gemini.config]
model = "gemini-test"
thinking_budget = 0
base_url = "${MODEL_URL}"
api_key = { env = "GEMINI_API_KEY" }

[providers.openai]
plugin = "openai"
[providers.openai.config]
model = "gpt-test"
base_url = "${MODEL_URL}/v1"
api_key = { env = "OPENAI_API_KEY" }
service = "test"

[providers.array]
plugin = "openai"
[providers.array.config]
model = "gpt-test"
base_url = "${MODEL_URL}/v1"
api_key = { env = "OPENAI_API_KEY" }
service = "test"
schema_mode = "json_object"

[[exporters]]
plugin = "jsonl"
[exporters.config]
path = "out.jsonl"
"#;

/// The variable and the key that [`asking`] configs read.
pub const KEY: (&str, &str) = ("FAKE_KEY", "key-of-the-tests-0123456789");

/// Returns a config from `rows.csv` to `out.csv` that asks the service at this address.
pub fn asking(base_url: &str) -> String {
    format!(
        r#"[scraper]
plugin = "csv"
[scraper.config]
path = "rows.csv"

[cache]
plugin = "lmdb"
[cache.config]
path = "cache"
sync = false

[enrich]
provider = "fake"
input = ["Title", "Text"]
instructions = "Label the topics."

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

/// Returns the same config with the provider `extractive`, which asks no service.
pub fn offline() -> String {
    let text = asking("");
    let (head, rest) = text.split_once("[providers.fake]").expect("the config has a provider");
    let (_, tail) = rest.split_once("[[exporters]]").expect("the config has an exporter");
    format!("{head}[providers.fake]\nplugin = \"extractive\"\n\n[[exporters]]{tail}")
}

/// Returns CSV text with `count` different rows for [`asking`] configs.
pub fn rows(count: usize) -> String {
    let rows = (1..=count).map(|n| format!("Topic {n},Words about topic number {n} and nothing else\n"));
    std::iter::once("Title,Text\n".to_owned()).chain(rows).collect()
}
