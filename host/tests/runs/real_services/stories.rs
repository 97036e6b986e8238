//! Two stories, and a service that answers them in its own words.

use super::scene::CONFIG;
use rowsmith_fake_model::{FakeModel, RequestedRow, Script, Then, When};
use rowsmith_test_harness::{Output, Sandbox, read_jsonl};
use serde_json::{Map, Value, json};

const ROWS: &str = "name,text\nfirst,A story about a red kite\nsecond,A story about a blue boat\n";

/// A folder with two rows, and the arguments of its runs.
pub(super) struct Stories {
    pub(super) sandbox: Sandbox,
    arguments: Vec<String>,
}

impl Stories {
    /// Creates a folder for runs with this schema mode and pairing.
    pub(super) fn new(schema_mode: &str, pairing: &str) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("rowsmith.toml", CONFIG);
        sandbox.write("rows.csv", ROWS);
        let settings = [
            // The address of a server is another one in each run.
            "providers.openai.config.service=test".to_owned(),
            format!("providers.openai.config.schema_mode={schema_mode}"),
            format!("batch.pairing={pairing}"),
        ];
        let arguments = settings.into_iter().flat_map(|setting| ["--set".to_owned(), setting]).collect();
        Self { sandbox, arguments }
    }

    /// Adds a setting.
    pub(super) fn with(mut self, setting: &str) -> Self {
        self.arguments.extend(["--set".to_owned(), setting.to_owned()]);
        self
    }

    /// Runs against a service with this script; returns the end and the number of calls.
    pub(super) fn run(&self, script: Script) -> (Output, FakeModel) {
        let server = FakeModel::start(script).unwrap();
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        (self.sandbox.run(&server, &arguments), server)
    }

    /// Returns the rows as the first call of a run shows them.
    pub(super) fn asked(&self) -> Vec<RequestedRow> {
        let arguments = self.arguments.clone();
        let other = Self { arguments, ..Self::new("json_schema", "off") };
        other.sandbox.write("rows.csv", self.sandbox.read("rows.csv"));
        other.run(Script::new()).1.requests()[0].rows.clone()
    }

    /// Returns the exported values, and checks that both exporters wrote them.
    #[track_caller]
    pub(super) fn values(&self) -> Vec<Value> {
        let rows = read_jsonl(&self.sandbox.path("out.jsonl"));
        let values: Vec<Value> = rows.iter().map(|row| row["tldr"].clone()).collect();
        let csv = self.sandbox.read("out.csv");
        for value in values.iter().filter_map(Value::as_str) {
            assert!(csv.contains(value), "{value} is not in {csv}");
        }
        values
    }

    /// Returns the bytes of the exported files and of the cache, as text.
    pub(super) fn everything_kept(&self) -> String {
        let files = ["out.jsonl".to_owned(), "out.csv".to_owned()].into_iter();
        let stored = self.sandbox.names("cache").into_iter().map(|name| format!("cache/{name}"));
        let read =
            |name: String| String::from_utf8_lossy(&std::fs::read(self.sandbox.path(name)).unwrap()).into_owned();
        files.chain(stored).map(read).collect()
    }
}

/// Writes the answer to rows, in the shape and with the tags that were asked for.
pub(super) fn answer(rows: &[RequestedRow], values: [&str; 2]) -> String {
    let keyed = rows[0].id == "r0";
    let item = |(row, value): (&RequestedRow, &str)| {
        let mut item = Map::new();
        if !keyed {
            item.insert("id".to_owned(), row.id.clone().into());
        }
        item.extend(row.tag.clone().map(|tag| ("tag".to_owned(), tag.into())));
        item.insert("tldr".to_owned(), value.into());
        (row.id.clone(), Value::from(item))
    };
    let items = rows.iter().zip(values).map(item);
    if keyed {
        Value::from(items.collect::<Map<_, _>>()).to_string()
    } else {
        Value::from(items.map(|(_, item)| item).collect::<Vec<_>>()).to_string()
    }
}

/// Replies with this text to every call.
pub(super) fn always(text: &str) -> Script {
    Script::new().on(When::any(), says(text))
}

/// Replies with this text to the first call; later calls get the right answer.
pub(super) fn once(text: &str) -> Script {
    Script::new().once(When::any(), says(text))
}

/// Returns a response with this text.
pub(super) fn says(text: &str) -> Then {
    let message = json!({"role": "assistant", "content": text});
    let usage = json!({"prompt_tokens": 50, "completion_tokens": 60, "total_tokens": 110});
    let choices = json!([{"index": 0, "message": message, "finish_reason": "stop"}]);
    let body = json!({"id": "chatcmpl-1", "object": "chat.completion", "created": 1, "model": "m", "choices": choices, "usage": usage});
    Then::raw_json(200, body.to_string())
}
