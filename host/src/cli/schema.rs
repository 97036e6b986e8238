//! `rowsmith schema`: the JSON Schema of the config, for editors.

use super::Context;
use super::output_format::pretty;
use crate::config::raw::RawConfig;
use crate::exit_code::ExitCode;
use crate::rules::RawRule;
use crate::startup::HostError;
use rowsmith_plugin_api::schema::{ConfigSchema, to_value};
use serde_json::{Value, json};

pub(super) fn run(context: &Context) -> Result<ExitCode, HostError> {
    context.data(pretty(&schema()))?;
    Ok(ExitCode::Success)
}

/// Returns the schema of the config with that of output columns.
pub(super) fn schema() -> Value {
    let mut schema = to_value(&RawConfig::SCHEMA);
    let mut rule = to_value(&RawRule::SCHEMA);
    let own = json!({"$ref": "#/definitions/rule"});
    rule["properties"]["items"] = own.clone();
    rule["properties"]["properties"] = json!({"type": "object", "additionalProperties": own});
    if let Some(output) = schema.pointer_mut("/properties/enrich/properties/output") {
        output["additionalProperties"] = own;
    }
    schema["definitions"] = json!({"rule": rule});
    schema["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    schema["title"] = json!("Rowsmith config");
    schema
}
