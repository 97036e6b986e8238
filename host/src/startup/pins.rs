//! Puts hashes of plugins into the text of a config, and leaves every other character of it as it is.

use crate::document::Document;
use serde_json::Value;
use std::collections::BTreeMap;
use toml_edit::{DocumentMut, InlineTable, Item, Table, TableLike, value};

/// The hashes, by `kind-name`, as `sha256:…`.
pub type Pins = BTreeMap<String, String>;

/// The pins that a config has.
pub fn of(document: &Document) -> Pins {
    let pins = document.value.pointer("/plugins/pins").and_then(Value::as_object);
    pins.into_iter().flatten().filter_map(|(name, pin)| Some((name.clone(), pin.as_str()?.to_owned()))).collect()
}

/// Returns the config text with the pins added.
///
/// # Errors
/// A message when the pins cannot be added.
pub fn with_pins(text: &str, pins: &Pins) -> Result<String, String> {
    // toml_edit writes line ends of its own, and a byte order mark is nothing that it knows.
    let (mark, body) = text.strip_prefix('\u{feff}').map_or(("", text), |rest| ("\u{feff}", rest));
    let windows = body.contains("\r\n") && body.matches('\n').count() == body.matches("\r\n").count();
    let mut document: DocumentMut = body.parse().map_err(|error: toml_edit::TomlError| error.message().to_owned())?;
    let is_new = !document.contains_key("plugins");
    let trailing = document.trailing().as_str().unwrap_or_default().to_owned();
    let mut home = Table::new();
    home.set_implicit(true);
    let plugins = document.entry("plugins").or_insert(Item::Table(home));
    let table = room(plugins)?;
    for (name, pin) in pins {
        match table.get_mut(name).and_then(Item::as_value_mut) {
            Some(old) => {
                // What stands around the old value, a comment behind it for one, belongs to the line.
                let around = old.decor().clone();
                *old = pin.as_str().into();
                *old.decor_mut() = around;
            }
            None => drop(table.insert(name, value(pin))),
        }
    }
    if is_new && !trailing.is_empty() {
        // A comment at the end of the file was about what stood before it.
        document.set_trailing("");
        if let Some(pins) =
            document.get_mut("plugins").and_then(|item| item.get_mut("pins")).and_then(Item::as_table_mut)
        {
            pins.decor_mut().set_prefix(format!("{}\n\n", trailing.trim_end_matches(['\n', '\r'])));
        }
    }
    let unix = document.to_string().replace("\r\n", "\n");
    let body = if windows { unix.replace('\n', "\r\n") } else { document.to_string() };
    Ok(format!("{mark}{body}"))
}

/// The table of the pins in `plugins`, made when it is not there.
fn room(plugins: &mut Item) -> Result<&mut dyn TableLike, String> {
    let inline = plugins.is_inline_table();
    let plugins = plugins.as_table_like_mut().ok_or("`plugins` is not a table")?;
    let new = if inline { value(InlineTable::new()) } else { Item::Table(Table::new()) };
    let pins = plugins.entry("pins").or_insert(new);
    pins.as_table_like_mut().ok_or_else(|| "`plugins.pins` is not a table".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pins(list: &[(&str, &str)]) -> Pins {
        list.iter().map(|(name, pin)| ((*name).to_owned(), (*pin).to_owned())).collect()
    }

    #[test]
    fn only_the_pins_change() {
        let added = "[plugins.pins]\ncache-a = \"sha256:1\"\n";
        let cases = [
            ("nothing yet", "# top\na = 1 # one\n", format!("# top\na = 1 # one\n\n{added}")),
            ("a comment at the end", "a = 1\n\n# the end\n", format!("a = 1\n\n# the end\n\n{added}")),
            (
                "a table without pins",
                "[plugins]\npath = [\"x\"] # here\n\n[b]\nc = 1\n",
                format!("[plugins]\npath = [\"x\"] # here\n\n{added}\n[b]\nc = 1\n"),
            ),
            (
                "an old pin",
                "[plugins.pins]\n# why\n\"cache-a\" = 'sha256:0'  # keep\nother = \"sha256:9\"\n",
                "[plugins.pins]\n# why\n\"cache-a\" = \"sha256:1\"  # keep\nother = \"sha256:9\"\n".to_owned(),
            ),
            (
                "in one line",
                "plugins = { path = [\"x\"] }\n",
                "plugins = { path = [\"x\"] , pins = { cache-a = \"sha256:1\" } }\n".to_owned(),
            ),
            ("with dots", "plugins.path = [\"x\"]\n", format!("plugins.path = [\"x\"]\n\n{added}")),
            ("windows", "a = 1\r\nb = 2\r\n", format!("a = 1\nb = 2\n\n{added}").replace('\n', "\r\n")),
            ("a mark", "\u{feff}a = 1\n", format!("\u{feff}a = 1\n\n{added}")),
            ("no line end", "a = 1", format!("a = 1\n\n{added}")),
            ("empty", "", added.to_owned()),
        ];
        for (name, before, after) in cases {
            let wanted = pins(&[("cache-a", "sha256:1")]);
            let text = with_pins(before, &wanted).unwrap();
            assert_eq!(text, after, "{name}");
            assert_eq!(with_pins(&text, &wanted).unwrap(), text, "{name}, twice");
            let document = Document::parse(name, text).unwrap();
            assert_eq!(of(&document).get("cache-a").map(String::as_str), Some("sha256:1"), "{name}");
        }
    }

    #[test]
    fn a_config_without_room_is_refused() {
        let wanted = pins(&[("cache-a", "sha256:1")]);
        assert_eq!(with_pins("plugins = 3", &wanted), Err("`plugins` is not a table".to_owned()));
        assert_eq!(with_pins("[plugins]\npins = []", &wanted), Err("`plugins.pins` is not a table".to_owned()));
        assert!(with_pins("a = ", &wanted).is_err());
    }
}
