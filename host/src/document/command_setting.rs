//! Settings with commands, which the schemas of plugins mark.

use super::pointer;
use super::schema_check::follow;
use rowsmith_plugin_api::program::{COMMAND, ENVIRONMENT_VARIABLE, WORKING_DIRECTORY};
use rowsmith_plugin_api::schema::{JsonVariants, schema_of_item, schema_of_table};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Maximum depth of tables in a schema; deeper ones have no commands.
const MAX_DEPTH: usize = 8;

/// A command in a plugin's table, with the settings that determine its files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandSetting {
    /// Pointer of the setting in the plugin's table.
    pub pointer: String,
    /// The program and its arguments.
    pub words: Vec<String>,
    /// The working directory, if one is set.
    pub folder: Option<String>,
    /// Additional environment variables.
    pub variables: BTreeMap<String, String>,
    /// Pointers of all settings above.
    pub pointers: Vec<String>,
}

/// Returns the commands of a plugin's table, in the order of its keys.
pub fn command_settings(schema: &Value, config: &Value) -> Vec<CommandSetting> {
    let mut found = Vec::new();
    collect(schema, schema, config, "", &mut found);
    found
}

/// Returns the names of a plugin's settings with commands, in the notation of [`pointer::dotted`].
pub fn command_names(schema: &Value) -> Vec<String> {
    let mut names = Vec::new();
    collect_names(schema, schema, "", 0, &mut names);
    names
}

fn collect(root: &Value, schema: &Value, value: &Value, here: &str, found: &mut Vec<CommandSetting>) {
    let Ok(schema) = follow(root, schema) else { return };
    for alternative in schema.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
        collect(root, alternative, value, here, found);
    }
    match value {
        Value::Object(table) => {
            let schema = schema_of_table(schema, value);
            for (key, value) in table {
                let inner = pointer::push(here, key);
                let Some(property) = property(root, schema, key) else { continue };
                if !is_command(root, property) {
                    collect(root, property, value, &inner, found);
                } else if found.iter().all(|earlier| earlier.pointer != inner) {
                    found.extend(command(root, schema, table, here, value, inner));
                }
            }
        }
        Value::Array(elements) => {
            for (index, element) in elements.iter().enumerate() {
                let Some(schema) = schema_of_item(schema, index) else { return };
                collect(root, schema, element, &pointer::push(here, &index.to_string()), found);
            }
        }
        _ => {}
    }
}

fn collect_names(root: &Value, schema: &Value, here: &str, depth: usize, names: &mut Vec<String>) {
    for (_, variant) in JsonVariants::of(schema).into_iter().flat_map(|variants| variants.variants) {
        collect_names(root, variant, here, depth, names);
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (key, property) in properties.into_iter().flatten().filter(|_| depth < MAX_DEPTH) {
        let inner = pointer::push(here, key);
        let Ok(property) = follow(root, property) else { continue };
        if is_command(root, property) {
            names.push(pointer::dotted(&inner));
        }
        for inside in
            [Some(property), property.get("items"), property.get("additionalProperties")].into_iter().flatten()
        {
            collect_names(root, inside, &inner, depth + 1, names);
        }
    }
}

/// Returns the command at `pointer` in `table`. A value of another type is reported by the schema check.
fn command(
    root: &Value,
    schema: &Value,
    table: &Map<String, Value>,
    here: &str,
    value: &Value,
    pointer: String,
) -> Option<CommandSetting> {
    let words: Option<Vec<String>> = match value {
        Value::String(program) => Some(vec![program.clone()]),
        Value::Array(words) => words.iter().map(|word| word.as_str().map(str::to_owned)).collect(),
        _ => None,
    };
    let mut setting = CommandSetting {
        pointers: vec![pointer.clone()],
        pointer,
        words: words.filter(|words| !words.is_empty())?,
        folder: None,
        variables: BTreeMap::new(),
    };
    for (key, value) in table {
        let Some(property) = property(root, schema, key) else { continue };
        if has_format(property, WORKING_DIRECTORY) {
            setting.folder = value.as_str().map(str::to_owned);
        } else if property.get("additionalProperties").is_some_and(|values| has_format(values, ENVIRONMENT_VARIABLE)) {
            let entries = value.as_object().into_iter().flatten();
            let texts = entries.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())));
            setting.variables.extend(texts);
        } else {
            continue;
        }
        setting.pointers.push(pointer::push(here, key));
    }
    Some(setting)
}

fn property<'a>(root: &'a Value, schema: &'a Value, key: &str) -> Option<&'a Value> {
    let own = schema.get("properties").and_then(|properties| properties.get(key));
    follow(root, own.or_else(|| schema.get("additionalProperties"))?).ok()
}

/// Returns whether a schema is that of a command: a marked text, or a list of them.
fn is_command(root: &Value, schema: &Value) -> bool {
    let items = || schema.get("items").and_then(|items| follow(root, items).ok());
    has_format(schema, COMMAND) || items().is_some_and(|items| has_format(items, COMMAND))
}

fn has_format(schema: &Value, format: &str) -> bool {
    schema.get("format").and_then(Value::as_str) == Some(format)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        let command = json!({"type": "array", "items": {"type": "string", "format": "command"}});
        json!({"type": "object", "properties": {
            "command": command,
            "cwd": {"type": "string", "format": "working-directory"},
            "env": {"type": "object", "additionalProperties": {"type": "string", "format": "environment-variable"}},
            "options": {"type": "object", "additionalProperties": {}},
            "viewer": {"type": "string", "format": "command"},
            "steps": {"type": "array", "items": {"type": "object", "properties": {"run": command}}},
        }})
    }

    #[test]
    fn marked_settings_are_found_with_their_folder_and_variables() {
        let config = json!({
            "command": ["python3", "a.py"], "cwd": "tools", "env": {"PATH": "/x"}, "options": {"command": ["no"]},
            "viewer": "less", "steps": [{"run": ["sh"]}, {"run": []}, {"run": [1]}],
        });
        let found = command_settings(&schema(), &config);
        let brief: Vec<_> =
            found.iter().map(|at| (at.pointer.as_str(), at.words.join(" "), at.folder.as_deref())).collect();
        assert_eq!(
            brief,
            [
                ("/command", "python3 a.py".to_owned(), Some("tools")),
                ("/viewer", "less".to_owned(), Some("tools")),
                ("/steps/0/run", "sh".to_owned(), None),
            ]
        );
        assert_eq!(found[0].variables, BTreeMap::from([("PATH".to_owned(), "/x".to_owned())]));
        assert_eq!(found[0].pointers, ["/command", "/cwd", "/env"]);
    }

    #[test]
    fn names_are_those_of_the_schema() {
        assert_eq!(command_names(&schema()), ["command", "viewer", "steps.run"]);
        assert_eq!(command_names(&json!({"type": "object", "properties": {}})), Vec::<String>::new());
    }
}
