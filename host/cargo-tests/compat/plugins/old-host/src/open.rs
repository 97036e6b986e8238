//! Opens a plugin as the host of 0.1.0 did: by the symbol of its entry, and with its layouts compared.
#![expect(unsafe_code, reason = "opening a library and reading a symbol from it are unsafe by nature")]

use crate::side::Side;
use libloading::Library;
use rowsmith_abi::{Buffer, ENTRY_PREFIX, Header, HostHandle, PluginModuleRef, describe_mismatch};
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::glue::client::Remote;
use rowsmith_plugin_api::prelude::*;
use std::path::Path;
use std::sync::Arc;

/// A configured plugin, and what it says of itself.
pub(crate) fn open(
    folder: &Path,
    kind: &str,
    name: &str,
    config: &Value,
    side: &Arc<Side>,
) -> Result<(Remote, Manifest)> {
    let file = libloading::library_filename(format!("rowsmith_{kind}_{name}"));
    let failed = |what: String| Error::new(ErrorKind::Other, format!("{kind}-{name}: {what}"));
    // SAFETY: the libraries are those of the test.
    let library = unsafe { Library::new(folder.join(file)) }.map_err(|error| failed(error.to_string()))?;
    let entry = format!("{ENTRY_PREFIX}rowsmith-{kind}-{name}");
    // SAFETY: the export macro gives every symbol of such a name this type.
    let symbol = unsafe { library.get::<*const Header>(entry.as_bytes()) };
    let header: *const Header = *symbol.map_err(|error| failed(error.to_string()))?;
    std::mem::forget(library);
    // SAFETY: the header is a static of a library that is never closed.
    let header = unsafe { header.as_ref() }.ok_or_else(|| failed("an empty entry".to_owned()))?;
    let module = PluginModuleRef::from_header(header).map_err(|error| failed(describe_mismatch(&error)))?;
    let manifest = Manifest::parse(module.manifest_text().as_bytes())?;
    let config = Buffer::from(config.to_string());
    let handle = HostHandle::new(Arc::<Side>::clone(side));
    let instance = module.instantiate(config, handle).map_err(|bytes| Error::decode(&bytes))?;
    Ok((Remote::new(Arc::new(instance)), manifest))
}
