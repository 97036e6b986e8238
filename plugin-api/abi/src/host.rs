//! The handle of a plugin to its host.
#![expect(unsafe_code, reason = "function pointers that cross the boundary take an untyped pointer to their own data")]

use crate::buffer::Buffer;
use crate::guard::{PanicMessage, catch};
use crate::instance::{CallFuture, ReplyFuture, into_call_future};
use abi_stable::StableAbi;
use abi_stable::std_types::{RResult, RStr, RVec};
use async_ffi::FutureExt as _;
use std::sync::Arc;

/// Host services available to plugins.
pub trait HostSide: Send + Sync + 'static {
    /// Starts a service call. The future needs no runtime in the plugin.
    fn call(&self, operation: u32, payload: Buffer) -> ReplyFuture;
    /// Records a log message; `level` is 1 (error) to 5 (trace).
    fn log(&self, level: u32, target: &str, message: &str);
    /// Returns the value of a synchronous query; 0 for unknown ones.
    fn query(&self, query: u32) -> u64;
    /// Returns the encoded error for a panic in the host.
    fn panicked(&self, message: PanicMessage) -> Buffer;
}

/// A reference-counted handle to the host's services.
#[repr(C)]
#[derive(StableAbi)]
pub struct HostHandle {
    data: *const (),
    call: unsafe extern "C" fn(*const (), u32, RVec<u8>) -> CallFuture,
    log: unsafe extern "C" fn(*const (), u32, RStr<'_>, RStr<'_>),
    query: unsafe extern "C" fn(*const (), u32) -> u64,
    release: unsafe extern "C" fn(*const ()),
}

// SAFETY: `data` comes from an `Arc<dyn HostSide>`, and `HostSide` asks for `Send + Sync`.
unsafe impl Send for HostHandle {}
// SAFETY: as above; the entries only borrow the object.
unsafe impl Sync for HostHandle {}

type Shared = Arc<dyn HostSide>;

impl HostHandle {
    /// Creates a handle for a plugin.
    pub fn new(side: Shared) -> Self {
        Self {
            data: Box::into_raw(Box::new(side)).cast_const().cast(),
            call: call_entry,
            log: log_entry,
            query: query_entry,
            release: release_entry,
        }
    }

    /// Calls a service and returns the future of its reply, which borrows nothing.
    pub fn call(&self, operation: u32, payload: Buffer) -> impl Future<Output = Result<Buffer, Buffer>> + Send + use<> {
        // SAFETY: `data` is what the library that owns `call` put there, and lives as long as `self`.
        let future = unsafe { (self.call)(self.data, operation, payload.into_raw()) };
        async move { future.await.into_result().map(Buffer::from_raw).map_err(Buffer::from_raw) }
    }

    /// Records a log message.
    pub fn log(&self, level: u32, target: &str, message: &str) {
        // SAFETY: as in `call`; the texts are only borrowed.
        unsafe { (self.log)(self.data, level, RStr::from(target), RStr::from(message)) }
    }

    /// Runs a synchronous query.
    pub fn query(&self, query: u32) -> u64 {
        // SAFETY: as in `call`.
        unsafe { (self.query)(self.data, query) }
    }
}

impl Drop for HostHandle {
    fn drop(&mut self) {
        // SAFETY: called once, with the pointer that belongs to it.
        unsafe { (self.release)(self.data) }
    }
}

/// # Safety
/// `data` must come from [`HostHandle::new`] and not be released yet.
unsafe fn side(data: *const ()) -> Shared {
    // SAFETY: the caller's duty, met by every entry below: the plugin holds the handle while it calls.
    unsafe { Arc::clone(&*data.cast::<Shared>()) }
}

unsafe extern "C" fn call_entry(data: *const (), operation: u32, payload: RVec<u8>) -> CallFuture {
    // SAFETY: see `side`.
    let side = unsafe { side(data) };
    match catch(|| side.call(operation, Buffer::from_raw(payload))) {
        Ok(future) => into_call_future(future, move |message| side.panicked(message)),
        Err(message) => std::future::ready(RResult::RErr(side.panicked(message).into_raw())).into_ffi(),
    }
}

unsafe extern "C" fn log_entry(data: *const (), level: u32, target: RStr<'_>, message: RStr<'_>) {
    // SAFETY: see `side`.
    let side = unsafe { side(data) };
    drop(catch(|| side.log(level, target.as_str(), message.as_str())));
}

unsafe extern "C" fn query_entry(data: *const (), query: u32) -> u64 {
    // SAFETY: see `side`.
    let side = unsafe { side(data) };
    catch(|| side.query(query)).unwrap_or(0)
}

unsafe extern "C" fn release_entry(data: *const ()) {
    // SAFETY: `data` was made by `HostHandle::new`, and this is its only release.
    let side = unsafe { Box::from_raw(data.cast::<Shared>().cast_mut()) };
    drop(catch(|| drop(side)));
}
