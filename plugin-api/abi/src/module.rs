//! The exports of a plugin library: a checked header and a module with two functions.
#![expect(unsafe_code, reason = "abi_stable asks for `unsafe` where a module's type is erased")]
#![expect(clippy::expl_impl_clone_on_copy, reason = "written by abi_stable's derive macro")]

use crate::buffer::Buffer;
use crate::guard::{PanicMessage, catch, install_panic_hook};
use crate::host::HostHandle;
use crate::instance::{Callee, Instance};
use crate::mismatch::Mismatch;
use abi_stable::StableAbi;
use abi_stable::library::{AbiHeader, CheckTypeLayout, LibHeader, RootModule, RootModuleResult};
use abi_stable::prefix_type::PrefixTypeTrait;
use abi_stable::sabi_types::VersionStrings;
use abi_stable::std_types::{RResult, RString, RVec};
use std::sync::Arc;

/// The exported header of a plugin. `abi_stable` compares layouts with it before any call.
pub type Header = LibHeader;

/// The root module of every plugin.
#[repr(C)]
#[derive(StableAbi)]
#[sabi(kind(Prefix(prefix_ref = PluginModuleRef)))]
#[sabi(missing_field(panic))]
pub struct PluginModule {
    /// Returns the text of the manifest.
    pub manifest: extern "C" fn() -> RString,
    /// Creates a configured plugin from its config (JSON) and a handle to the host, or returns an encoded error.
    #[sabi(last_prefix_field)]
    pub create: extern "C" fn(RVec<u8>, HostHandle) -> RResult<Instance, RVec<u8>>,
}

impl RootModule for PluginModuleRef {
    abi_stable::declare_root_module_statics! {PluginModuleRef}
    const BASE_NAME: &'static str = "rowsmith_plugin";
    const NAME: &'static str = "rowsmith plugin";
    const VERSION_STRINGS: VersionStrings = abi_stable::package_version_strings!();
}

/// The contents of a plugin library. The export macro of `rowsmith-plugin-api` implements it.
pub trait Plugin: 'static {
    /// Text of the manifest.
    const MANIFEST: &'static str;
    /// Creates the plugin object from its config.
    fn create(config: Buffer, host: HostHandle) -> Result<Arc<dyn Callee>, Buffer>;
    /// Returns the encoded error for a panic in `create`.
    fn panicked(message: PanicMessage) -> Buffer;
}

/// Returns the header of the plugin `P`.
pub const fn header<P: Plugin>() -> Header {
    // SAFETY: `construct` returns a `PluginModuleRef` with its type erased, which is what this asks for.
    unsafe { LibHeader::from_constructor::<PluginModuleRef>(construct::<P>, CheckTypeLayout::Yes) }
}

extern "C" fn construct<P: Plugin>() -> RootModuleResult {
    let module = PluginModule { manifest: manifest_entry::<P>, create: create_entry::<P> }.leak_into_prefix();
    // SAFETY: only the type is erased; the host casts it back after the layouts were compared.
    RResult::ROk(unsafe { abi_stable::prefix_type::PrefixRefTrait::to_prefix_ref(module).cast() })
}

extern "C" fn manifest_entry<P: Plugin>() -> RString {
    RString::from(P::MANIFEST)
}

extern "C" fn create_entry<P: Plugin>(config: RVec<u8>, host: HostHandle) -> RResult<Instance, RVec<u8>> {
    install_panic_hook();
    match catch(|| P::create(Buffer::from_raw(config), host)) {
        Ok(Ok(callee)) => RResult::ROk(Instance::new(callee)),
        Ok(Err(error)) => RResult::RErr(error.into_raw()),
        Err(message) => RResult::RErr(P::panicked(message).into_raw()),
    }
}

impl PluginModuleRef {
    /// Checks the header of a library and returns its module.
    ///
    /// # Errors
    /// The difference between both sides.
    pub fn from_header(header: &'static Header) -> Result<Self, Mismatch> {
        // SAFETY: `LibHeader` is `repr(C)` and starts with an `AbiHeader` in every version of abi_stable, so that the rest
        // is accessed only after the comparison.
        let first = unsafe { &*std::ptr::from_ref(header).cast::<AbiHeader>() };
        if !first.is_valid() {
            return Err(Mismatch::of_header(first));
        }
        header.init_root_module::<Self>().map_err(Mismatch::from)
    }

    /// Returns the manifest from the library.
    pub fn manifest_text(self) -> String {
        self.manifest()().into_string()
    }

    /// Creates a configured plugin.
    pub fn instantiate(self, config: Buffer, host: HostHandle) -> Result<Instance, Buffer> {
        self.create()(config.into_raw(), host).into_result().map_err(Buffer::from_raw)
    }
}
