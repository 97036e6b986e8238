//! The handle of the host to a configured plugin.
#![expect(unsafe_code, reason = "function pointers that cross the boundary take an untyped pointer to their own data")]

use crate::buffer::Buffer;
use crate::guard::{GuardedFuture, PanicMessage, catch};
use abi_stable::StableAbi;
use abi_stable::std_types::{RResult, RVec};
use async_ffi::{FfiFuture, FutureExt as _};
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// The future of a reply, inside the plugin.
pub type ReplyFuture = Pin<Box<dyn Future<Output = Result<Buffer, Buffer>> + Send>>;

/// The future of a reply at the boundary.
pub type CallFuture = FfiFuture<RResult<RVec<u8>, RVec<u8>>>;

/// The plugin side of calls by the host.
pub trait Callee: Send + Sync + 'static {
    /// Starts a call of a method. Dropping the future cancels it.
    fn call(&self, method: u32, payload: Buffer) -> ReplyFuture;
    /// Returns the encoded error for a panic.
    fn panicked(&self, message: PanicMessage) -> Buffer;
}

/// A plugin object with its two entries. The library that created it frees it.
#[repr(C)]
#[derive(StableAbi)]
pub struct Instance {
    data: *const (),
    call: unsafe extern "C" fn(*const (), u32, RVec<u8>) -> CallFuture,
    release: unsafe extern "C" fn(*const ()),
}

// SAFETY: `data` comes from an `Arc<dyn Callee>`, and `Callee` asks for `Send + Sync`.
unsafe impl Send for Instance {}
// SAFETY: as above; the entries only borrow the object.
unsafe impl Sync for Instance {}

type Shared = Arc<dyn Callee>;

impl Instance {
    /// Creates a handle for the host.
    pub fn new(callee: Shared) -> Self {
        Self { data: Box::into_raw(Box::new(callee)).cast_const().cast(), call: call_entry, release: release_entry }
    }

    /// Calls a method and waits for its reply.
    pub async fn call(&self, method: u32, payload: Buffer) -> Result<Buffer, Buffer> {
        // SAFETY: `data` is what the library that owns `call` put there, and lives as long as `self`.
        let future = unsafe { (self.call)(self.data, method, payload.into_raw()) };
        future.await.into_result().map(Buffer::from_raw).map_err(Buffer::from_raw)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: called once, with the pointer that belongs to it.
        unsafe { (self.release)(self.data) }
    }
}

pub(crate) fn into_call_future(
    future: ReplyFuture,
    panicked: impl Fn(PanicMessage) -> Buffer + Send + 'static,
) -> CallFuture {
    let guarded = GuardedFuture::new(future);
    async move {
        match guarded.await {
            Ok(Ok(reply)) => RResult::ROk(reply.into_raw()),
            Ok(Err(error)) => RResult::RErr(error.into_raw()),
            Err(message) => RResult::RErr(panicked(message).into_raw()),
        }
    }
    .into_ffi()
}

unsafe extern "C" fn call_entry(data: *const (), method: u32, payload: RVec<u8>) -> CallFuture {
    // SAFETY: `data` was made by `Instance::new` and not yet released: the caller holds the instance.
    let callee: Shared = unsafe { Arc::clone(&*data.cast::<Shared>()) };
    let started = catch(|| callee.call(method, Buffer::from_raw(payload)));
    match started {
        Ok(future) => into_call_future(future, move |message| callee.panicked(message)),
        Err(message) => {
            let error = callee.panicked(message).into_raw();
            std::future::ready(RResult::RErr(error)).into_ffi()
        }
    }
}

unsafe extern "C" fn release_entry(data: *const ()) {
    // SAFETY: `data` was made by `Instance::new`, and this is its only release.
    let callee = unsafe { Box::from_raw(data.cast::<Shared>().cast_mut()) };
    drop(catch(|| drop(callee)));
}
