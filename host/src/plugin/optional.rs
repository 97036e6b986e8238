//! The optional plugins: part of Rowsmith's sources, and built on request.

use rowsmith_plugin_api::manifest::PluginKind;

/// One plugin a line, as its folder is named. A test compares it with the folders.
const LIST: &str = include_str!("../../../plugins/optional.txt");

/// Returns the command that builds an optional plugin, or `None` for another plugin.
pub fn build_command(kind: PluginKind, name: &str) -> Option<String> {
    let plugin = format!("{kind}-{name}");
    LIST.lines().any(|line| line == plugin).then(|| format!("cargo build --release -p rowsmith-{plugin}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_optional_plugins_have_a_command() {
        let command = build_command(PluginKind::Exporter, "xlsx");
        assert_eq!(command.as_deref(), Some("cargo build --release -p rowsmith-exporter-xlsx"));
        assert_eq!(build_command(PluginKind::Scraper, "xlsx"), None);
        assert_eq!(build_command(PluginKind::Exporter, "csv"), None);
    }
}
