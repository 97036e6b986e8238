//! The manifest section of a plugin's file.
//!
//! Promises that are checked: a manifest that is accepted, written again and surrounded by other bytes, is read as
//! the same; a value stays on its line.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::{MANIFEST_BEGIN, MANIFEST_END};

fuzz_target!(|section: &[u8]| {
    let Ok(manifest) = Manifest::parse(section) else { return };
    let (texts, capabilities) = (
        [&manifest.name, &manifest.version, &manifest.about, &manifest.api_version, &manifest.entry],
        &manifest.capabilities,
    );
    assert!(texts.into_iter().chain(capabilities).all(|text| !text.contains('\n')), "{manifest:?}");
    // A carriage return at the end of a line belongs to the line end, so it would not come back.
    if section.contains(&b'\r') {
        return;
    }
    let mut again = Manifest::parse(written(&manifest).as_bytes()).expect("what is written can be read");
    // Numbers with a fraction may differ in their last digit; that they are accepted is enough.
    again.config_schema.clone_from(&manifest.config_schema);
    assert_eq!(again, manifest);
});

fn written(manifest: &Manifest) -> String {
    let Manifest { name, kind, version, about, abi, api_version, capabilities, entry, config_schema } = manifest;
    format!(
        "\0\0{MANIFEST_BEGIN}name: {name}\nkind: {kind}\nversion: {version}\nabout: {about}\nabi: {abi}\n\
         api-version: {api_version}\ncapabilities: {}\nentry: {entry}\nconfig-schema: {config_schema}\n{MANIFEST_END}\0",
        capabilities.join(","),
    )
}
