//! Parses the manifest section of a plugin's file.
//!
//! Properties: an accepted manifest that is encoded again and surrounded by other bytes decodes to the same manifest; a
//! value does not leave its line.

use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::{MANIFEST_BEGIN, MANIFEST_END};

/// Runs the target.
pub(crate) fn run(section: &[u8]) {
    let Ok(manifest) = Manifest::parse(section) else { return };
    let texts = [&manifest.name, &manifest.version, &manifest.about, &manifest.api_version, &manifest.entry];
    let lists = manifest.capabilities.iter().chain(&manifest.extensions);
    assert!(texts.into_iter().chain(lists).all(|text| !text.contains('\n')), "{manifest:?}");
    // A carriage return at the end of a line is a part of the line break, so it does not round-trip.
    if section.contains(&b'\r') {
        return;
    }
    let mut again = Manifest::parse(written(&manifest).as_bytes()).expect("an encoded manifest can be decoded");
    // Fractional numbers may differ in their last digit, so the schemas are not compared.
    again.config_schema.clone_from(&manifest.config_schema);
    assert_eq!(again, manifest);
}

fn written(manifest: &Manifest) -> String {
    let Manifest { name, kind, version, about, abi, api_version, capabilities, extensions, entry, config_schema } =
        manifest;
    format!(
        "\0\0{MANIFEST_BEGIN}name: {name}\nkind: {kind}\nversion: {version}\nabout: {about}\nabi: {abi}\n\
         api-version: {api_version}\ncapabilities: {}\nextensions: {}\nentry: {entry}\nconfig-schema: {config_schema}\n{MANIFEST_END}\0",
        capabilities.join(","),
        extensions.join(","),
    )
}
