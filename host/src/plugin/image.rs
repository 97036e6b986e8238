//! Checks a plugin's file without running it.
//!
//! Opening a library runs its constructors before any check, and a truncated file kills the process inside the loader. So
//! the bytes are read and checked first, against their pin if there is one, and the loader opens a private copy of exactly
//! these bytes.

use super::compat::check_abi;
use super::error::PluginError;
use super::private_copy;
use crate::files::regular::{ReadError, read_regular};
use crate::hex::hex;
use object::{Object, ObjectSection, ObjectSegment, ObjectSymbol};
use rowsmith_abi::PluginModuleRef;
use rowsmith_plugin_api::Manifest;
use rowsmith_plugin_api::manifest::MANIFEST_SECTION;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock};

/// Maximum size of a plugin's file in bytes.
const MAX_BYTES: u64 = 1 << 29;

/// The bytes of a plugin's file with its manifest.
pub struct Image {
    /// The path of the file.
    pub path: PathBuf,
    /// The content of the file.
    pub bytes: Vec<u8>,
    /// The manifest.
    pub manifest: Manifest,
    /// The library, once the loader has opened it.
    pub(super) opened: Mutex<Option<PluginModuleRef>>,
    /// The copy for other processes, once it was needed.
    shared: OnceLock<Option<PathBuf>>,
}

impl Image {
    /// Reads and checks a file.
    ///
    /// # Errors
    /// [`PluginError::Unusable`] with the reason.
    pub fn read(path: &Path) -> Result<Self, PluginError> {
        let bytes = read_bytes(path)?;
        let manifest = check(path, &bytes)?;
        Ok(Self { path: path.to_owned(), bytes, manifest, opened: Mutex::default(), shared: OnceLock::new() })
    }

    /// Computes the SHA-256 of the bytes in hexadecimal. It is slow, so it is computed only where it is compared or shown.
    pub fn sha256(&self) -> String {
        hex(&Sha256::digest(&self.bytes))
    }

    /// Returns the path of a copy in memory that other processes of this user can read until this process ends, on systems
    /// with such files.
    #[cfg(unix)]
    pub(super) fn shared_copy(&self) -> Option<&Path> {
        self.shared.get_or_init(|| private_copy::share(&self.bytes)).as_deref()
    }
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, PluginError> {
    read_regular(path, MAX_BYTES).map_err(|error| {
        let missing = matches!(&error, ReadError::Io(error) if error.kind() == std::io::ErrorKind::NotFound);
        let unusable = PluginError::unusable(path, error.to_string());
        if missing { unusable.with_hint(where_files_are(path)) } else { unusable }
    })
}

/// Returns the next step for a missing file.
fn where_files_are(path: &Path) -> &'static str {
    if path.components().count() == 1 && path.extension().is_none() {
        "give the path of a file; `rowsmith plugin list` shows the plugins"
    } else if path.components().any(|part| part.as_os_str() == "target") {
        "build it with `cargo build`; CARGO_TARGET_DIR changes its folder"
    } else {
        "build it, or give the path of an existing file; `rowsmith plugin list` shows the plugins"
    }
}

fn check(path: &Path, bytes: &[u8]) -> Result<Manifest, PluginError> {
    let unusable = |reason: String| PluginError::unusable(path, reason);
    let file = object::File::parse(bytes)
        .map_err(|error| unusable(format!("is not a dynamic library, or is truncated ({error})")))?;
    let (format, wanted) = (file.format(), native_format());
    let (architecture, native) = (file.architecture(), std::env::consts::ARCH);
    if format != wanted || !is_native(architecture) {
        return Err(unusable(format!(
            "is built for {format:?} {architecture:?}, and this host is {wanted:?} {native}"
        )));
    }
    let len = bytes.len() as u64;
    let beyond = |range: (u64, u64)| range.0.checked_add(range.1).is_none_or(|end| end > len);
    let cut =
        file.segments().any(|s| beyond(s.file_range())) || file.sections().any(|s| s.file_range().is_some_and(beyond));
    if cut {
        return Err(unusable("is truncated: parts that it names are beyond its end".to_owned())
            .with_hint("build or copy it again"));
    }
    let not_ours = || {
        unusable("is a dynamic library, but not a Rowsmith plugin: it has no manifest".to_owned())
            .with_hint("a plugin calls `export_plugin!` and is built with crate-type = [\"cdylib\"]")
    };
    let section = file.section_by_name(MANIFEST_SECTION).ok_or_else(not_ours)?;
    let data = section.data().map_err(|error| unusable(format!("has an unreadable manifest ({error})")))?;
    let manifest = Manifest::parse(data).map_err(|error| unusable(error.message))?;
    check_abi(path, &manifest)?;
    let exported =
        file.dynamic_symbols().any(|symbol| symbol.name() == Ok(manifest.entry.as_str()) && symbol.is_definition());
    // Mach-O prefixes names with an underscore, and PE lists exports elsewhere; there the loader checks.
    if !exported && cfg!(all(unix, not(target_vendor = "apple"))) {
        return Err(unusable(format!("does not export its entry `{}`", manifest.entry))
            .with_hint("build it again with crate-type = [\"cdylib\"]"));
    }
    Ok(manifest)
}

fn native_format() -> object::BinaryFormat {
    if cfg!(windows) {
        object::BinaryFormat::Pe
    } else if cfg!(target_vendor = "apple") {
        object::BinaryFormat::MachO
    } else {
        object::BinaryFormat::Elf
    }
}

fn is_native(architecture: object::Architecture) -> bool {
    use object::Architecture as A;
    match std::env::consts::ARCH {
        "x86_64" => matches!(architecture, A::X86_64 | A::X86_64_X32),
        "aarch64" => matches!(architecture, A::Aarch64),
        "x86" => matches!(architecture, A::I386),
        "arm" => matches!(architecture, A::Arm),
        "riscv64" => matches!(architecture, A::Riscv64),
        // On other architectures the loader checks.
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_plugin_is_said_in_one_sentence() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("text.so");
        std::fs::write(&text, "not a library").unwrap();
        let reason = |path: &Path| Image::read(path).err().map(|e| e.to_string()).unwrap_or_default();
        assert!(reason(&text).contains("is not a dynamic library"), "{}", reason(&text));
        assert!(reason(folder.path()).ends_with("is a folder, not a file"));
        assert!(reason(&folder.path().join("none.so")).contains("cannot be read: No such file"));
        // This executable, with the section of its linked plugins renamed.
        let own = std::fs::read(std::env::current_exe().unwrap()).unwrap();
        let section = regex::bytes::Regex::new("rowsmith\\x00").unwrap();
        let other = folder.path().join("other.so");
        std::fs::write(&other, section.replace_all(&own, b"nowsmith\0".as_slice())).unwrap();
        assert!(reason(&other).contains("it has no manifest"), "{}", reason(&other));
    }
}
