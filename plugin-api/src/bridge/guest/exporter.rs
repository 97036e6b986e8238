//! The plugin side of the bridge for an exporter.

use crate::bridge::method;
use crate::bridge::setup::{build, encode_panic, json, reply, unknown};
use crate::error::{Error, ErrorKind, Result};
use crate::exporter::Exporter;
pub use crate::exporter::Exporter as Trait;
use crate::row::RowChunk;
use rowsmith_abi::{Buffer, Callee, HostHandle, PanicMessage, ReplyFuture};
use std::sync::{Arc, Mutex, PoisonError};

const METHODS: [u32; 6] =
    [method::TARGET, method::REPLACE_EXISTING, method::DESCRIBE_COLUMNS, method::BEGIN, method::WRITE, method::FINISH];

/// Holds the exporter between calls. A call that is cancelled or panics keeps it: what it has written
/// is then unknown, and later calls return an error.
struct Adapter<E>(Arc<Mutex<Option<E>>>);

/// Creates the exporter `E` behind the bridge.
pub fn create<E: Exporter>(config: &Buffer, host: HostHandle) -> Result<Arc<dyn Callee>, Buffer> {
    build(config, host, E::new, |exporter, _| Arc::new(Adapter(Arc::new(Mutex::new(Some(exporter))))))
}

fn take<E>(slot: &Mutex<Option<E>>) -> Result<E> {
    slot.lock().unwrap_or_else(PoisonError::into_inner).take().ok_or_else(|| {
        Error::new(ErrorKind::Other, "the exporter is still busy with an earlier call, or failed in the middle of one")
    })
}

fn put_back<E>(slot: &Mutex<Option<E>>, exporter: E) {
    *slot.lock().unwrap_or_else(PoisonError::into_inner) = Some(exporter);
}

impl<E: Exporter> Callee for Adapter<E> {
    fn call(&self, method: u32, payload: Buffer) -> ReplyFuture {
        let slot = Arc::clone(&self.0);
        if !METHODS.contains(&method) {
            return unknown(method);
        }
        reply(async move {
            let mut exporter = take(&slot)?;
            let result = run(&mut exporter, method, &payload).await;
            put_back(&slot, exporter);
            result
        })
    }

    fn panicked(&self, message: PanicMessage) -> Buffer {
        encode_panic(&message)
    }
}

async fn run<E: Exporter>(exporter: &mut E, method: u32, payload: &[u8]) -> Result<Buffer> {
    match method {
        method::TARGET => json(&exporter.target()),
        method::REPLACE_EXISTING => exporter.replace_existing().map(|()| Buffer::default()),
        method::DESCRIBE_COLUMNS => {
            exporter.describe_columns(serde_json::from_slice(payload)?).map(|()| Buffer::default())
        }
        method::BEGIN => exporter.begin(serde_json::from_slice(payload)?).await.map(|()| Buffer::default()),
        method::WRITE => exporter.write(RowChunk::decode(payload)?).await.map(|()| Buffer::default()),
        _ => json(&exporter.finish(serde_json::from_slice(payload)?).await?),
    }
}
