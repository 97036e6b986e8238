//! The config that most tests run: a CSV file in, JSON Lines out, two services to ask.
//!
//! `${MODEL_URL}` is set by [`super::Sandbox`] to the address of the test's own server.

/// The key of the Gemini provider; tests look for it where it must not be.
pub(crate) const GEMINI_KEY: &str = "gm-test-0123456789-key";
/// The key of the OpenAI providers.
pub(crate) const OPENAI_KEY: &str = "sk-test-9876543210-key";

/// `openai` answers under a schema, `array` in plain JSON mode.
pub(crate) const CONFIG: &str = r#"
[scraper]
plugin = "csv"
[scraper.config]
path = "rows.csv"

[cache]
plugin = "lmdb"
[cache.config]
path = "cache"

[enrich]
provider = "gemini"
input = ["Topic", "Description"]
instructions = "You judge learning topics."

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
