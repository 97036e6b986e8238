//! Opens a plugin's library. The only unsafe code of the host besides [`exit_guard`](super::exit_guard).
#![expect(unsafe_code, reason = "opening a library and reading a symbol from it are unsafe by nature")]

use super::compat;
use super::error::PluginError;
use super::image::Image;
use super::private_copy::with_copy;
use rowsmith_abi::{Header, PluginModuleRef};
use std::path::Path;
use std::sync::PoisonError;

/// Opens a private copy of an image and checks its types, once. The library stays open for the life of the process: threads
/// and thread-local values of a plugin may outlive its last use.
///
/// # Errors
/// [`PluginError::Unusable`] when the system cannot load the library, or its types or manifest differ.
pub fn open(image: &Image) -> Result<PluginModuleRef, PluginError> {
    let mut opened = image.opened.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(module) = *opened {
        return Ok(module);
    }
    let module = load_module(image)?;
    *opened = Some(module);
    Ok(module)
}

fn load_module(image: &Image) -> Result<PluginModuleRef, PluginError> {
    let library = open_copy(image)?;
    // SAFETY: the manifest of exactly these bytes names the symbol, and the export macro gives every such symbol this type.
    let symbol = unsafe { library.get::<*const Header>(image.manifest.entry.as_bytes()) };
    let symbol =
        symbol.map_err(|error| PluginError::unusable(&image.path, format!("has no entry: {}", source_text(&error))))?;
    let header: *const Header = *symbol;
    std::mem::forget(library);
    // SAFETY: the header is a static of a library that is never closed.
    let header = unsafe { header.as_ref() };
    let header = header.ok_or_else(|| PluginError::unusable(&image.path, "has an empty entry"))?;
    let module = PluginModuleRef::from_header(header)
        .map_err(|mismatch| compat::wrong_header(&image.path, &image.manifest, &mismatch))?;
    compat::check_manifest(&image.path, &image.manifest, &module.manifest_text())?;
    Ok(module)
}

/// Opens a private copy of the checked bytes, and never the file itself, whose bytes can change.
fn open_copy(image: &Image) -> Result<libloading::Library, PluginError> {
    // SAFETY: the file is complete and has a manifest, so its constructors are those of a plugin that the user named. Native
    // plugins are trusted code.
    let load = |path: &Path| unsafe { libloading::Library::new(path) };
    let opened = with_copy(&image.bytes, |path| load(path).map_err(|error| source_text(&error)));
    opened.map_err(|error| PluginError::unusable(&image.path, format!("cannot be loaded: {error}")))
}

/// Returns the text of the system, which is the source of libloading's error.
fn source_text(error: &libloading::Error) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}
