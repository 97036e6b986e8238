//! The creation of a plugin, in common for all kinds.

use super::logger;
use crate::error::{Error, ErrorKind, Result};
use crate::host::{Host, query};
use rowsmith_abi::{Buffer, Callee, Header, HostHandle, PanicMessage, ReplyFuture};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::future::Future;
use std::sync::Arc;

/// A plugin that is linked into the host instead of opened from a file.
#[derive(Clone, Copy)]
pub struct LinkedPlugin {
    /// The same header that the file would export.
    pub header: &'static Header,
    /// The text of the manifest.
    pub manifest: &'static str,
}

/// Returns an address that differs between images: a plugin with the address of the host is linked into it.
pub fn image_address() -> u64 {
    static MARK: u8 = 0;
    (&raw const MARK).addr() as u64
}

/// Encodes the error of a panic.
pub fn encode_panic(message: &PanicMessage) -> Buffer {
    Error::panicked(message).encode()
}

/// Reads the config, sets up logging and creates the plugin.
pub(crate) fn build<C, P>(
    config: &Buffer,
    host: HostHandle,
    new: impl FnOnce(C, Host) -> Result<P>,
    wrap: impl FnOnce(P, Host) -> Arc<dyn Callee>,
) -> Result<Arc<dyn Callee>, Buffer>
where
    C: DeserializeOwned,
{
    let host = Host::from_handle(host);
    if host.services().query(query::IMAGE) != image_address() {
        logger::install(host.services());
    }
    let made = serde_json::from_slice(config)
        .map_err(|e| Error::new(ErrorKind::Config, format!("the plugin's config cannot be read: {e}")))
        .and_then(|config| new(config, host.clone()));
    made.map(|plugin| wrap(plugin, host)).map_err(|error| error.encode())
}

/// Boxes the future of a call and encodes its error.
pub(crate) fn reply(future: impl Future<Output = Result<Buffer>> + Send + 'static) -> ReplyFuture {
    Box::pin(async move { future.await.map_err(|error| error.encode()) })
}

/// Encodes a reply as JSON.
pub(crate) fn json<T: Serialize>(value: &T) -> Result<Buffer> {
    Ok(Buffer::from(serde_json::to_vec(value)?))
}

/// Returns the reply to an unknown method.
pub(crate) fn unknown(method: u32) -> ReplyFuture {
    reply(async move { Err(Error::unsupported(&format!("method {method}"))) })
}
