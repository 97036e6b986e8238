//! The plugin side of the bridge for a cache.

use crate::bridge::method;
use crate::bridge::setup::{build, encode_panic, json, reply, unknown};
pub use crate::cache::Cache as Trait;
use crate::cache::{Cache, wire};
use crate::envelope::Reader;
use crate::error::Result;
use crate::lease::LeaseRequest;
use rowsmith_abi::{Buffer, Callee, HostHandle, PanicMessage, ReplyFuture};
use std::sync::Arc;

struct Adapter<C>(Arc<C>);

/// Creates the cache `C` behind the bridge.
pub fn create<C: Cache>(config: &Buffer, host: HostHandle) -> Result<Arc<dyn Callee>, Buffer> {
    build(config, host, C::new, |cache, _| Arc::new(Adapter(Arc::new(cache))))
}

impl<C: Cache> Callee for Adapter<C> {
    fn call(&self, method: u32, payload: Buffer) -> ReplyFuture {
        let store = Arc::clone(&self.0);
        match method {
            method::STORE => reply(async move { json(&store.store()) }),
            method::GET_MANY => reply(async move {
                let keys = wire::decode_keys(&mut Reader { rest: &payload })?;
                Ok(Buffer::from(wire::encode_values(&store.get_many(&keys).await?)?))
            }),
            method::PUT_MANY => reply(async move {
                store.put_many(wire::decode_entries(Reader { rest: &payload })?).await?;
                Ok(Buffer::default())
            }),
            method::SCAN => reply(async move {
                let mut reader = Reader { rest: &payload };
                let limit = reader.length()?;
                let after = wire::decode_keys(&mut reader)?.first().copied();
                let entries = store.scan(after, limit).await?;
                let mut out = Vec::new();
                wire::encode_entries(&mut out, entries.iter().map(|(k, v)| (k, v.as_slice())))?;
                Ok(Buffer::from(out))
            }),
            method::DELETE_MANY => reply(async move {
                let keys = wire::decode_keys(&mut Reader { rest: &payload })?;
                json(&store.delete_many(&keys).await?)
            }),
            method::CLEAR => reply(async move { json(&store.clear().await?) }),
            method::STATS => reply(async move { json(&store.stats().await?) }),
            method::VERIFY_STORE => reply(async move { json(&store.verify().await?) }),
            method::ACQUIRE_QUOTA => {
                reply(async move { json(&store.acquire_quota(serde_json::from_slice(&payload)?).await?) })
            }
            method::LEASE_MANY => reply(async move { json(&store.lease_many(decode_lease(&payload)?).await?) }),
            method::RELEASE_MANY => reply(async move {
                let request = decode_lease(&payload)?;
                store.release_many(request.owner, &request.keys).await?;
                Ok(Buffer::default())
            }),
            method::PUT_MANY_EXPIRING => reply(async move {
                let mut reader = Reader { rest: &payload };
                let time_to_live = wire::decode_time_to_live(&mut reader)?;
                store.put_many_expiring(wire::decode_entries(reader)?, time_to_live).await?;
                Ok(Buffer::default())
            }),
            method::APPLY => reply(async move {
                store.apply(wire::decode_changes(&payload)?).await?;
                Ok(Buffer::default())
            }),
            method::FINISH_CACHE => reply(async move {
                store.finish().await?;
                Ok(Buffer::default())
            }),
            _ => unknown(method),
        }
    }

    fn panicked(&self, message: PanicMessage) -> Buffer {
        encode_panic(&message)
    }
}

fn decode_lease(payload: &[u8]) -> Result<LeaseRequest> {
    let mut reader = Reader { rest: payload };
    Ok(LeaseRequest {
        owner: reader.u64()?,
        now_ms: reader.u64()?,
        lease_ms: reader.u64()?,
        keys: wire::decode_keys(&mut reader)?,
    })
}
