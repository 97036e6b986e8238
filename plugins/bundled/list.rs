//! Reads the list of the bundled plugins from the text of this crate's manifest.
//!
//! The build script and the tests include this file. The tests read the text instead of using the crate, because a
//! program that uses the crate links every plugin.

/// The kinds of plugins, as they begin the names of crates.
const KINDS: [&str; 4] = ["scraper", "cache", "provider", "exporter"];

/// Returns the kind and name of each bundled plugin, in the order of the manifest.
pub(crate) fn bundled(manifest: &str) -> Vec<(&str, &str)> {
    let lines = manifest.lines().skip_while(|line| *line != "[dependencies]").skip(1);
    lines.take_while(|line| !line.starts_with('[')).filter_map(plugin).collect()
}

/// Returns the plugin of a line such as `rowsmith-exporter-csv = { path = "../exporter-csv" }`.
fn plugin(line: &str) -> Option<(&str, &str)> {
    let (package, _) = line.split_once(" = ")?;
    let (kind, name) = package.strip_prefix("rowsmith-")?.split_once('-')?;
    KINDS.contains(&kind).then_some((kind, name))
}
