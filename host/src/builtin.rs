//! Plugins that are linked into this program: the standard set with the feature `builtin`, and the cache of a replay.

use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::bridge::LinkedPlugin;

/// The cache in memory, which every build has.
pub fn memory_cache() -> Option<(Manifest, LinkedPlugin)> {
    let plugin = rowsmith_cache_memory::__rowsmith_plugin();
    // Written by the same macro as every file's, so it can be read.
    Some((Manifest::parse(plugin.manifest.as_bytes()).ok()?, plugin))
}

/// The standard set with the feature `builtin`, else none.
pub fn plugins() -> Vec<LinkedPlugin> {
    #[cfg(feature = "builtin")]
    {
        vec![
            rowsmith_scraper_roadmap::__rowsmith_plugin(),
            rowsmith_scraper_csv::__rowsmith_plugin(),
            rowsmith_scraper_jsonl::__rowsmith_plugin(),
            rowsmith_cache_lmdb::__rowsmith_plugin(),
            rowsmith_cache_memory::__rowsmith_plugin(),
            rowsmith_provider_gemini::__rowsmith_plugin(),
            rowsmith_provider_openai::__rowsmith_plugin(),
            rowsmith_provider_extractive::__rowsmith_plugin(),
            rowsmith_exporter_csv::__rowsmith_plugin(),
            rowsmith_exporter_jsonl::__rowsmith_plugin(),
            rowsmith_exporter_json::__rowsmith_plugin(),
            rowsmith_exporter_markdown::__rowsmith_plugin(),
            rowsmith_scraper_exec::__rowsmith_plugin(),
            rowsmith_provider_exec::__rowsmith_plugin(),
            rowsmith_exporter_exec::__rowsmith_plugin(),
        ]
    }
    #[cfg(not(feature = "builtin"))]
    {
        Vec::new()
    }
}
