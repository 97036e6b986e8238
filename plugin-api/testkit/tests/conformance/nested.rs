//! Settings in nested tables.

use crate::harness::{assert_fails, assert_passes, linked};
use rowsmith_plugin_api::prelude::*;
use rowsmith_plugin_api::schema::{Field, ObjectSchema, Schema};
use rowsmith_plugin_testkit::conformance::{Report, Suite};

/// Accepts any account, whatever its schema allows.
#[derive(Deserialize)]
struct Loose {
    account: serde_json::Map<String, Value>,
}

const fn field(name: &'static str, required: bool, schema: Schema) -> Field {
    Field { name, description: "A setting.", required, default: None, schema }
}

const SECRET: Schema = Schema::String { format: Some("secret") };
const USER: Schema = Schema::String { format: None };
const ACCOUNT: Schema = Schema::Object(&ObjectSchema {
    description: "",
    fields: &[field("user", true, USER), field("key", true, SECRET), field("tokens", false, Schema::Map(&SECRET))],
});

impl ConfigSchema for Loose {
    const SCHEMA: Schema =
        Schema::Object(&ObjectSchema { description: "", fields: &[field("account", true, ACCOUNT)] });
}

/// Uses a service whose key is in a table. The user's name selects what it sends.
struct Asking(Loose, Host);

impl Provider for Asking {
    type Config = Loose;

    fn new(config: Loose, host: Host) -> Result<Self> {
        Ok(Self(config, host))
    }

    fn info(&self) -> ProviderInfo {
        ProviderInfo::new("asking-1")
    }

    async fn complete(&self, _request: CompletionRequest) -> Result<Completion> {
        let account = &self.0.account;
        let sent = match account["user"].as_str() {
            Some("sends the key in the body") => account["key"].clone(),
            Some("sends a token in the body") => account["tokens"]["first"].clone(),
            _ => json!("hello"),
        };
        let mut request = HttpRequest::post_json("http://service/", &sent)?;
        if account["user"] == "sends the key in a header" {
            request = request.header("x-key", account["key"].as_str().unwrap_or_default());
        }
        self.1.http().send(&request).await?.ok()?;
        Err(Error::new(ErrorKind::InvalidData, "the answer has no text"))
    }
}

fn report(user: &str) -> Report {
    let config = json!({"account": {"user": user, "tokens": {"first": "t"}}});
    Suite::of(linked!(provider: Asking, "").0).config(config).run()
}

#[test]
fn secrets_in_tables_are_followed() {
    assert_passes(&report("sends the key in a header"), "keys");
    assert_fails(&report("sends the key in the body"), "keys", "body");
    assert_fails(&report("sends a token in the body"), "keys", "body");
    assert_fails(&report("sends nothing"), "keys", "header");
}

#[test]
fn types_in_tables_are_checked() {
    assert_fails(&report("sends nothing"), "wrong_type", "`account.user = 7`");
}
